import { InputLayer } from '../engine/input-layer.ts';
import type { Registrable, SerializableClass } from '../engine/registry.ts';
import { ELU } from './activation/elu.ts';
import { LeakyReLU } from './activation/leaky-relu.ts';
import { PReLU } from './activation/prelu.ts';
import { ReLU } from './activation/relu.ts';
import { Softmax } from './activation/softmax.ts';
import { ThresholdedReLU } from './activation/thresholded-relu.ts';
import { AdditiveAttention } from './attention/additive-attention.ts';
import { Attention } from './attention/attention.ts';
import { MultiHeadAttention } from './attention/multi-head-attention.ts';
import { Conv1D } from './convolutional/conv1d.ts';
import { Conv1DTranspose } from './convolutional/conv1d-transpose.ts';
import { Conv2D } from './convolutional/conv2d.ts';
import { Conv2DTranspose } from './convolutional/conv2d-transpose.ts';
import { Conv3D } from './convolutional/conv3d.ts';
import { Conv3DTranspose } from './convolutional/conv3d-transpose.ts';
import { DepthwiseConv1D } from './convolutional/depthwise-conv1d.ts';
import { DepthwiseConv2D } from './convolutional/depthwise-conv2d.ts';
import { SeparableConv1D } from './convolutional/separable-conv1d.ts';
import { SeparableConv2D } from './convolutional/separable-conv2d.ts';
import { Activation } from './core/activation.ts';
import { Dense } from './core/dense.ts';
import { EinsumDense } from './core/einsum-dense.ts';
import { Embedding } from './core/embedding.ts';
import { Identity } from './core/identity.ts';
import { Lambda } from './core/lambda.ts';
import { Masking } from './core/masking.ts';
import { RandomFourierFeatures } from './core/random-fourier-features.ts';
import { DenseFeatures } from './feature-columns/dense-features.ts';
import { LocallyConnected1D } from './locally-connected/locally-connected1d.ts';
import { LocallyConnected2D } from './locally-connected/locally-connected2d.ts';
import { Add } from './merging/add.ts';
import { Average } from './merging/average.ts';
import { Concatenate } from './merging/concatenate.ts';
import { Dot } from './merging/dot.ts';
import { Maximum } from './merging/maximum.ts';
import { Minimum } from './merging/minimum.ts';
import { Multiply } from './merging/multiply.ts';
import { Subtract } from './merging/subtract.ts';
import { BatchNormalization } from './normalization/batch-normalization.ts';
import { GroupNormalization } from './normalization/group-normalization.ts';
import { LayerNormalization } from './normalization/layer-normalization.ts';
import { SpectralNormalization } from './normalization/spectral-normalization.ts';
import { SyncBatchNormalization } from './normalization/sync-batch-normalization.ts';
import { UnitNormalization } from './normalization/unit-normalization.ts';
import { ClassMethod } from './op-layers/class-method.ts';
import { InstanceMethod } from './op-layers/instance-method.ts';
import { InstanceProperty } from './op-layers/instance-property.ts';
import { SlicingOpLambda } from './op-layers/slicing-op-lambda.ts';
import { TensorFlowOpLayer } from './op-layers/tensor-flow-op-layer.ts';
import { TFOpLambda } from './op-layers/tf-op-lambda.ts';
import { AveragePooling1D } from './pooling/average-pooling1d.ts';
import { AveragePooling2D } from './pooling/average-pooling2d.ts';
import { AveragePooling3D } from './pooling/average-pooling3d.ts';
import { GlobalAveragePooling1D } from './pooling/global-average-pooling1d.ts';
import { GlobalAveragePooling2D } from './pooling/global-average-pooling2d.ts';
import { GlobalAveragePooling3D } from './pooling/global-average-pooling3d.ts';
import { GlobalMaxPooling1D } from './pooling/global-max-pooling1d.ts';
import { GlobalMaxPooling2D } from './pooling/global-max-pooling2d.ts';
import { GlobalMaxPooling3D } from './pooling/global-max-pooling3d.ts';
import { MaxPooling1D } from './pooling/max-pooling1d.ts';
import { MaxPooling2D } from './pooling/max-pooling2d.ts';
import { MaxPooling3D } from './pooling/max-pooling3d.ts';
import { CategoryCrossing } from './preprocessing/category-crossing.ts';
import { CategoryEncoding } from './preprocessing/category-encoding.ts';
import { CenterCrop } from './preprocessing/center-crop.ts';
import { Discretization } from './preprocessing/discretization.ts';
import { HashedCrossing } from './preprocessing/hashed-crossing.ts';
import { Hashing } from './preprocessing/hashing.ts';
import { IntegerLookup } from './preprocessing/integer-lookup.ts';
import { Normalization } from './preprocessing/normalization.ts';
import { RandomBrightness } from './preprocessing/random-brightness.ts';
import { RandomContrast } from './preprocessing/random-contrast.ts';
import { RandomCrop } from './preprocessing/random-crop.ts';
import { RandomFlip } from './preprocessing/random-flip.ts';
import { RandomHeight } from './preprocessing/random-height.ts';
import { RandomRotation } from './preprocessing/random-rotation.ts';
import { RandomTranslation } from './preprocessing/random-translation.ts';
import { RandomWidth } from './preprocessing/random-width.ts';
import { RandomZoom } from './preprocessing/random-zoom.ts';
import { Rescaling } from './preprocessing/rescaling.ts';
import { Resizing } from './preprocessing/resizing.ts';
import { StringLookup } from './preprocessing/string-lookup.ts';
import { TextVectorization } from './preprocessing/text-vectorization.ts';
import { ConvLSTMCell } from './recurrent/conv-lstm-cell.ts';
import { ConvLSTM1D } from './recurrent/conv-lstm1d.ts';
import { ConvLSTM2D } from './recurrent/conv-lstm2d.ts';
import { ConvLSTM3D } from './recurrent/conv-lstm3d.ts';
import { CuDNNGRU } from './recurrent/cudnn-gru.ts';
import { CuDNNLSTM } from './recurrent/cudnn-lstm.ts';
import { GRU } from './recurrent/gru.ts';
import { GRUCell } from './recurrent/gru-cell.ts';
import { LSTM } from './recurrent/lstm.ts';
import { LSTMCell } from './recurrent/lstm-cell.ts';
import { RNN } from './recurrent/rnn.ts';
import { SimpleRNN } from './recurrent/simple-rnn.ts';
import { SimpleRNNCell } from './recurrent/simple-rnn-cell.ts';
import { StackedRNNCells } from './recurrent/stacked-rnn-cells.ts';
import { ActivityRegularization } from './regularization/activity-regularization.ts';
import { AlphaDropout } from './regularization/alpha-dropout.ts';
import { Dropout } from './regularization/dropout.ts';
import { GaussianDropout } from './regularization/gaussian-dropout.ts';
import { GaussianNoise } from './regularization/gaussian-noise.ts';
import { SpatialDropout1D } from './regularization/spatial-dropout1d.ts';
import { SpatialDropout2D } from './regularization/spatial-dropout2d.ts';
import { SpatialDropout3D } from './regularization/spatial-dropout3d.ts';
import { Cropping1D } from './reshaping/cropping1d.ts';
import { Cropping2D } from './reshaping/cropping2d.ts';
import { Cropping3D } from './reshaping/cropping3d.ts';
import { Flatten } from './reshaping/flatten.ts';
import { Permute } from './reshaping/permute.ts';
import { RepeatVector } from './reshaping/repeat-vector.ts';
import { Reshape } from './reshaping/reshape.ts';
import { UpSampling1D } from './reshaping/up-sampling1d.ts';
import { UpSampling2D } from './reshaping/up-sampling2d.ts';
import { UpSampling3D } from './reshaping/up-sampling3d.ts';
import { ZeroPadding1D } from './reshaping/zero-padding1d.ts';
import { ZeroPadding2D } from './reshaping/zero-padding2d.ts';
import { ZeroPadding3D } from './reshaping/zero-padding3d.ts';
import { Bidirectional } from './wrappers/bidirectional.ts';
import { TimeDistributed } from './wrappers/time-distributed.ts';
import { Wrapper } from './wrappers/wrapper.ts';

/** The layer classes that Keras names. */
const CLASSES: readonly SerializableClass[] = [
  InputLayer,
  Activation,
  ActivityRegularization,
  Add,
  AdditiveAttention,
  AlphaDropout,
  Attention,
  Average,
  AveragePooling1D,
  AveragePooling2D,
  AveragePooling3D,
  BatchNormalization,
  Bidirectional,
  CategoryCrossing,
  DenseFeatures,
  CategoryEncoding,
  CenterCrop,
  Concatenate,
  Conv1D,
  Conv1DTranspose,
  Conv2D,
  Conv2DTranspose,
  Conv3D,
  Conv3DTranspose,
  ConvLSTM1D,
  ConvLSTM2D,
  ConvLSTM3D,
  ConvLSTMCell,
  Cropping1D,
  Cropping2D,
  Cropping3D,
  CuDNNGRU,
  CuDNNLSTM,
  Dense,
  DepthwiseConv1D,
  DepthwiseConv2D,
  Discretization,
  Dot,
  Dropout,
  ELU,
  EinsumDense,
  Embedding,
  Flatten,
  GRU,
  GRUCell,
  GaussianDropout,
  GaussianNoise,
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalAveragePooling3D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
  GlobalMaxPooling3D,
  GroupNormalization,
  HashedCrossing,
  Hashing,
  Identity,
  IntegerLookup,
  LSTM,
  LSTMCell,
  Lambda,
  LayerNormalization,
  LeakyReLU,
  LocallyConnected1D,
  LocallyConnected2D,
  Masking,
  MaxPooling1D,
  MaxPooling2D,
  MaxPooling3D,
  Maximum,
  Minimum,
  MultiHeadAttention,
  Multiply,
  Normalization,
  PReLU,
  Permute,
  RNN,
  RandomBrightness,
  RandomContrast,
  RandomCrop,
  RandomFlip,
  RandomFourierFeatures,
  RandomHeight,
  RandomRotation,
  RandomTranslation,
  RandomWidth,
  RandomZoom,
  ReLU,
  RepeatVector,
  Rescaling,
  Reshape,
  Resizing,
  SeparableConv1D,
  SeparableConv2D,
  SimpleRNN,
  SimpleRNNCell,
  ClassMethod,
  InstanceMethod,
  InstanceProperty,
  SlicingOpLambda,
  Softmax,
  SpatialDropout1D,
  SpatialDropout2D,
  SpatialDropout3D,
  SpectralNormalization,
  StackedRNNCells,
  StringLookup,
  Subtract,
  SyncBatchNormalization,
  TFOpLambda,
  TensorFlowOpLayer,
  TextVectorization,
  ThresholdedReLU,
  TimeDistributed,
  UnitNormalization,
  UpSampling1D,
  UpSampling2D,
  UpSampling3D,
  Wrapper,
  ZeroPadding1D,
  ZeroPadding2D,
  ZeroPadding3D,
];

/** Returns the built-in layer classes by class name, with the names that old files use. */
export function builtinLayers(): Map<string, Registrable> {
  const table = new Map<string, Registrable>();
  for (const each of CLASSES) table.set(each.className ?? each.name, each);
  for (const [alias, name] of ALIASES) {
    const found = table.get(name);
    if (found !== undefined) table.set(alias, found);
  }
  return table;
}

/** Other names of a class, in files of Keras and of old releases of TensorFlow. */
const ALIASES: readonly (readonly [alias: string, name: string])[] = [
  ['BatchNormalizationV1', 'BatchNormalization'],
  ['BatchNormalizationV2', 'BatchNormalization'],
  ['Convolution1D', 'Conv1D'],
  ['Convolution2D', 'Conv2D'],
  ['Convolution3D', 'Conv3D'],
  ['Convolution1DTranspose', 'Conv1DTranspose'],
  ['Convolution2DTranspose', 'Conv2DTranspose'],
  ['Convolution3DTranspose', 'Conv3DTranspose'],
  ['Deconv2D', 'Conv2DTranspose'],
  ['Deconv3D', 'Conv3DTranspose'],
  ['Deconvolution2D', 'Conv2DTranspose'],
  ['Deconvolution3D', 'Conv3DTranspose'],
  ['SeparableConvolution1D', 'SeparableConv1D'],
  ['SeparableConvolution2D', 'SeparableConv2D'],
  ['AvgPool1D', 'AveragePooling1D'],
  ['AvgPool2D', 'AveragePooling2D'],
  ['AvgPool3D', 'AveragePooling3D'],
  ['MaxPool1D', 'MaxPooling1D'],
  ['MaxPool2D', 'MaxPooling2D'],
  ['MaxPool3D', 'MaxPooling3D'],
  ['GlobalAvgPool1D', 'GlobalAveragePooling1D'],
  ['GlobalAvgPool2D', 'GlobalAveragePooling2D'],
  ['GlobalAvgPool3D', 'GlobalAveragePooling3D'],
  ['GlobalMaxPool1D', 'GlobalMaxPooling1D'],
  ['GlobalMaxPool2D', 'GlobalMaxPooling2D'],
  ['GlobalMaxPool3D', 'GlobalMaxPooling3D'],
  ['GRUV2', 'GRU'],
  ['LSTMV2', 'LSTM'],
  ['GRUCellV2', 'GRUCell'],
  ['LSTMCellV2', 'LSTMCell'],
];
