export {
  Input,
  type InputConfig,
  InputLayer,
  type InputLayerConfig,
} from '../engine/input-layer.ts';
export { InputSpec } from '../engine/input-spec.ts';
export { Layer, type LayerConfig } from '../engine/layer.ts';
export { ELU, type ELUConfig } from './activation/elu.ts';
export { LeakyReLU, type LeakyReLUConfig } from './activation/leaky-relu.ts';
export { PReLU, type PReLUConfig } from './activation/prelu.ts';
export { ReLU, type ReLUConfig } from './activation/relu.ts';
export { Softmax, type SoftmaxConfig } from './activation/softmax.ts';
export { ThresholdedReLU, type ThresholdedReLUConfig } from './activation/thresholded-relu.ts';
export { AdditiveAttention, type AdditiveAttentionConfig } from './attention/additive-attention.ts';
export { Attention, type AttentionConfig } from './attention/attention.ts';
export {
  MultiHeadAttention,
  type MultiHeadAttentionConfig,
} from './attention/multi-head-attention.ts';
export { Conv1D } from './convolutional/conv1d.ts';
export { Conv1DTranspose } from './convolutional/conv1d-transpose.ts';
export { Conv2D } from './convolutional/conv2d.ts';
export { Conv2DTranspose } from './convolutional/conv2d-transpose.ts';
export { Conv3D } from './convolutional/conv3d.ts';
export { Conv3DTranspose } from './convolutional/conv3d-transpose.ts';
export { DepthwiseConv1D } from './convolutional/depthwise-conv1d.ts';
export { DepthwiseConv2D } from './convolutional/depthwise-conv2d.ts';
export { SeparableConv1D } from './convolutional/separable-conv1d.ts';
export { SeparableConv2D } from './convolutional/separable-conv2d.ts';
export { Activation, type ActivationConfig } from './core/activation.ts';
export { Dense, type DenseConfig } from './core/dense.ts';
export { EinsumDense, type EinsumDenseConfig } from './core/einsum-dense.ts';
export { Embedding, type EmbeddingConfig } from './core/embedding.ts';
export { Identity } from './core/identity.ts';
export { Lambda, type LambdaConfig } from './core/lambda.ts';
export { Masking, type MaskingConfig } from './core/masking.ts';
export {
  RandomFourierFeatures,
  type RandomFourierFeaturesConfig,
} from './core/random-fourier-features.ts';
export { DenseFeatures, type DenseFeaturesConfig } from './feature-columns/dense-features.ts';
export { LocallyConnected1D } from './locally-connected/locally-connected1d.ts';
export { LocallyConnected2D } from './locally-connected/locally-connected2d.ts';
export { Add } from './merging/add.ts';
export { Average } from './merging/average.ts';
export { Concatenate, type ConcatenateConfig } from './merging/concatenate.ts';
export { Dot, type DotConfig } from './merging/dot.ts';
export {
  add,
  average,
  concatenate,
  dot,
  type MergeFunction,
  maximum,
  minimum,
  multiply,
  subtract,
} from './merging/functions.ts';
export { Maximum } from './merging/maximum.ts';
export { Minimum } from './merging/minimum.ts';
export { Multiply } from './merging/multiply.ts';
export { Subtract } from './merging/subtract.ts';
export {
  BatchNormalization,
  type BatchNormalizationConfig,
} from './normalization/batch-normalization.ts';
export {
  GroupNormalization,
  type GroupNormalizationConfig,
} from './normalization/group-normalization.ts';
export {
  LayerNormalization,
  type LayerNormalizationConfig,
} from './normalization/layer-normalization.ts';
export {
  SpectralNormalization,
  type SpectralNormalizationConfig,
} from './normalization/spectral-normalization.ts';
export { SyncBatchNormalization } from './normalization/sync-batch-normalization.ts';
export {
  UnitNormalization,
  type UnitNormalizationConfig,
} from './normalization/unit-normalization.ts';
export { ClassMethod, type ClassMethodConfig } from './op-layers/class-method.ts';
export { InstanceMethod } from './op-layers/instance-method.ts';
export { InstanceProperty } from './op-layers/instance-property.ts';
export type { MemberLayerConfig } from './op-layers/member-layer.ts';
export { SlicingOpLambda } from './op-layers/slicing-op-lambda.ts';
export {
  TensorFlowOpLayer,
  type TensorFlowOpLayerConfig,
} from './op-layers/tensor-flow-op-layer.ts';
export { TFOpLambda, type TFOpLambdaConfig } from './op-layers/tf-op-lambda.ts';
export { AveragePooling1D } from './pooling/average-pooling1d.ts';
export { AveragePooling2D } from './pooling/average-pooling2d.ts';
export { AveragePooling3D } from './pooling/average-pooling3d.ts';
export { GlobalAveragePooling1D } from './pooling/global-average-pooling1d.ts';
export { GlobalAveragePooling2D } from './pooling/global-average-pooling2d.ts';
export { GlobalAveragePooling3D } from './pooling/global-average-pooling3d.ts';
export { GlobalMaxPooling1D } from './pooling/global-max-pooling1d.ts';
export { GlobalMaxPooling2D } from './pooling/global-max-pooling2d.ts';
export { GlobalMaxPooling3D } from './pooling/global-max-pooling3d.ts';
export { MaxPooling1D } from './pooling/max-pooling1d.ts';
export { MaxPooling2D } from './pooling/max-pooling2d.ts';
export { MaxPooling3D } from './pooling/max-pooling3d.ts';
export {
  CategoryCrossing,
  type CategoryCrossingConfig,
} from './preprocessing/category-crossing.ts';
export {
  CategoryEncoding,
  type CategoryEncodingConfig,
} from './preprocessing/category-encoding.ts';
export { CenterCrop, type CenterCropConfig } from './preprocessing/center-crop.ts';
export { Discretization, type DiscretizationConfig } from './preprocessing/discretization.ts';
export { HashedCrossing, type HashedCrossingConfig } from './preprocessing/hashed-crossing.ts';
export { Hashing, type HashingConfig } from './preprocessing/hashing.ts';
export { IntegerLookup, type IntegerLookupConfig } from './preprocessing/integer-lookup.ts';
export { Normalization, type NormalizationConfig } from './preprocessing/normalization.ts';
export {
  RandomBrightness,
  type RandomBrightnessConfig,
} from './preprocessing/random-brightness.ts';
export { RandomContrast, type RandomContrastConfig } from './preprocessing/random-contrast.ts';
export { RandomCrop, type RandomCropConfig } from './preprocessing/random-crop.ts';
export { RandomFlip, type RandomFlipConfig } from './preprocessing/random-flip.ts';
export { RandomHeight } from './preprocessing/random-height.ts';
export { RandomRotation, type RandomRotationConfig } from './preprocessing/random-rotation.ts';
export {
  RandomTranslation,
  type RandomTranslationConfig,
} from './preprocessing/random-translation.ts';
export { RandomWidth } from './preprocessing/random-width.ts';
export { RandomZoom, type RandomZoomConfig } from './preprocessing/random-zoom.ts';
export { Rescaling, type RescalingConfig } from './preprocessing/rescaling.ts';
export { Resizing, type ResizingConfig } from './preprocessing/resizing.ts';
export { StringLookup, type StringLookupConfig } from './preprocessing/string-lookup.ts';
export {
  TextVectorization,
  type TextVectorizationConfig,
} from './preprocessing/text-vectorization.ts';
export { ConvLSTMCell, type ConvLSTMCellConfig } from './recurrent/conv-lstm-cell.ts';
export { ConvLSTM1D } from './recurrent/conv-lstm1d.ts';
export { ConvLSTM2D } from './recurrent/conv-lstm2d.ts';
export { ConvLSTM3D } from './recurrent/conv-lstm3d.ts';
export { CuDNNGRU, type CuDNNGRUConfig } from './recurrent/cudnn-gru.ts';
export { CuDNNLSTM, type CuDNNLSTMConfig } from './recurrent/cudnn-lstm.ts';
export { GRU, type GRUConfig } from './recurrent/gru.ts';
export { GRUCell, type GRUCellConfig } from './recurrent/gru-cell.ts';
export { LSTM, type LSTMConfig } from './recurrent/lstm.ts';
export { LSTMCell, type LSTMCellConfig } from './recurrent/lstm-cell.ts';
export { RNN, type RNNConfig } from './recurrent/rnn.ts';
export { AbstractRNNCell } from './recurrent/rnn-cell.ts';
export { SimpleRNN, type SimpleRNNConfig } from './recurrent/simple-rnn.ts';
export { SimpleRNNCell } from './recurrent/simple-rnn-cell.ts';
export { StackedRNNCells, type StackedRNNCellsConfig } from './recurrent/stacked-rnn-cells.ts';
export {
  ActivityRegularization,
  type ActivityRegularizationConfig,
} from './regularization/activity-regularization.ts';
export { AlphaDropout, type AlphaDropoutConfig } from './regularization/alpha-dropout.ts';
export { Dropout, type DropoutConfig } from './regularization/dropout.ts';
export { GaussianDropout, type GaussianDropoutConfig } from './regularization/gaussian-dropout.ts';
export { GaussianNoise, type GaussianNoiseConfig } from './regularization/gaussian-noise.ts';
export { SpatialDropout1D } from './regularization/spatial-dropout1d.ts';
export {
  SpatialDropout2D,
  type SpatialDropout2DConfig,
} from './regularization/spatial-dropout2d.ts';
export {
  SpatialDropout3D,
  type SpatialDropout3DConfig,
} from './regularization/spatial-dropout3d.ts';
export { Cropping1D, type Cropping1DConfig } from './reshaping/cropping1d.ts';
export { Cropping2D, type Cropping2DConfig } from './reshaping/cropping2d.ts';
export { Cropping3D, type Cropping3DConfig } from './reshaping/cropping3d.ts';
export { Flatten, type FlattenConfig } from './reshaping/flatten.ts';
export { Permute, type PermuteConfig } from './reshaping/permute.ts';
export { RepeatVector, type RepeatVectorConfig } from './reshaping/repeat-vector.ts';
export { Reshape, type ReshapeConfig } from './reshaping/reshape.ts';
export { UpSampling1D, type UpSampling1DConfig } from './reshaping/up-sampling1d.ts';
export { UpSampling2D, type UpSampling2DConfig } from './reshaping/up-sampling2d.ts';
export { UpSampling3D, type UpSampling3DConfig } from './reshaping/up-sampling3d.ts';
export { ZeroPadding1D, type ZeroPadding1DConfig } from './reshaping/zero-padding1d.ts';
export { ZeroPadding2D, type ZeroPadding2DConfig } from './reshaping/zero-padding2d.ts';
export { ZeroPadding3D, type ZeroPadding3DConfig } from './reshaping/zero-padding3d.ts';
export { deserialize, serialize } from './serialization.ts';
export { builtinLayers } from './table.ts';
export { Bidirectional, type BidirectionalConfig } from './wrappers/bidirectional.ts';
export { TimeDistributed } from './wrappers/time-distributed.ts';
export { Wrapper, type WrapperConfig } from './wrappers/wrapper.ts';
