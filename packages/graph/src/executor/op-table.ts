/**
 * Inputs, outputs, default attributes of the ops that run here, one a line; `!` marks ops with a state or effects, `&`
 * references to variables. Made by scripts/graph/op-table.py from the registry of TensorFlow.
 */
export const OP_TABLE: string = String.raw`Abs x:T -> y:T
AccumulateNV2 inputs:N*T -> sum:T
Acos x:T -> y:T
Acosh x:T -> y:T
Add x:T y:T -> z:T
AddN inputs:N*T -> sum:T
AddV2 x:T y:T -> z:T
AdjustContrastv2 images:T contrast_factor:float32 -> output:T | T="float32"
AdjustHue images:T delta:float32 -> output:T | T="float32"
AdjustSaturation images:T scale:float32 -> output:T | T="float32"
All input:bool reduction_indices:Tidx -> output:bool | keep_dims=false Tidx="int32"
Angle input:T -> output:Tout | T="complex64" Tout="float32"
AnonymousHashTable! -> table_handle:resource
AnonymousMutableDenseHashTable! empty_key:key_dtype deleted_key:key_dtype -> table_handle:resource | value_shape=[] initial_num_buckets=131072 max_load_factor=0.800000011920929
AnonymousMutableHashTable! -> table_handle:resource
AnonymousMutableHashTableOfTensors! -> table_handle:resource | value_shape=[]
Any input:bool reduction_indices:Tidx -> output:bool | keep_dims=false Tidx="int32"
ApplyAdaMax var:&T m:&T v:&T beta1_power:T lr:T beta1:T beta2:T epsilon:T grad:T -> out:&T | use_locking=false
ApplyAdadelta var:&T accum:&T accum_update:&T lr:T rho:T epsilon:T grad:T -> out:&T | use_locking=false
ApplyAdagrad var:&T accum:&T lr:T grad:T -> out:&T | use_locking=false update_slots=true
ApplyAdagradV2 var:&T accum:&T lr:T epsilon:T grad:T -> out:&T | use_locking=false update_slots=true
ApplyAdam var:&T m:&T v:&T beta1_power:T beta2_power:T lr:T beta1:T beta2:T epsilon:T grad:T -> out:&T | use_locking=false use_nesterov=false
ApplyCenteredRMSProp var:&T mg:&T ms:&T mom:&T lr:T rho:T momentum:T epsilon:T grad:T -> out:&T | use_locking=false
ApplyFtrl var:&T accum:&T linear:&T grad:T lr:T l1:T l2:T lr_power:T -> out:&T | use_locking=false multiply_linear_by_lr=false
ApplyFtrlV2 var:&T accum:&T linear:&T grad:T lr:T l1:T l2:T l2_shrinkage:T lr_power:T -> out:&T | use_locking=false multiply_linear_by_lr=false
ApplyGradientDescent var:&T alpha:T delta:T -> out:&T | use_locking=false
ApplyMomentum var:&T accum:&T lr:T grad:T momentum:T -> out:&T | use_locking=false use_nesterov=false
ApplyRMSProp var:&T ms:&T mom:&T lr:T rho:T momentum:T epsilon:T grad:T -> out:&T | use_locking=false
ApproximateEqual x:T y:T -> z:bool | tolerance=9.999999747378752e-06
ArgMax input:T dimension:Tidx -> output:output_type | Tidx="int32" output_type="int64"
ArgMin input:T dimension:Tidx -> output:output_type | Tidx="int32" output_type="int64"
AsString input:T -> output:string | precision=-1 scientific=false shortest=false width=-1 fill=""
Asin x:T -> y:T
Asinh x:T -> y:T
Assert! condition:bool data:*T -> | summarize=3
Assign ref:&T value:T -> output_ref:&T | validate_shape=true use_locking=true
AssignAdd ref:&T value:T -> output_ref:&T | use_locking=false
AssignAddVariableOp! resource:resource value:dtype ->
AssignSub ref:&T value:T -> output_ref:&T | use_locking=false
AssignSubVariableOp! resource:resource value:dtype ->
AssignVariableOp! resource:resource value:dtype -> | validate_shape=false
Atan x:T -> y:T
Atan2 y:T x:T -> z:T
Atanh x:T -> y:T
AvgPool value:T -> output:T | data_format="NHWC"
AvgPool3D input:T -> output:T | data_format="NDHWC"
AvgPool3DGrad orig_input_shape:int32 grad:T -> output:T | data_format="NDHWC"
AvgPoolGrad orig_input_shape:int32 grad:T -> output:T | data_format="NHWC"
BatchMatMul x:T y:T -> output:T | adj_x=false adj_y=false grad_x=false grad_y=false
BatchMatMulV2 x:T y:T -> output:T | adj_x=false adj_y=false grad_x=false grad_y=false
BatchMatMulV3 x:Ta y:Tb -> output:Tout | adj_x=false adj_y=false grad_x=false grad_y=false
BatchMatrixBandPart input:T num_lower:int64 num_upper:int64 -> band:T
BatchNormWithGlobalNormalization t:T m:T v:T beta:T gamma:T -> result:T
BatchToSpaceND input:T block_shape:Tblock_shape crops:Tcrops -> output:T | Tblock_shape="int32" Tcrops="int32"
BesselI0 x:T -> y:T
BesselI0e x:T -> y:T
BesselI1 x:T -> y:T
BesselI1e x:T -> y:T
BesselJ0 x:T -> y:T
BesselJ1 x:T -> y:T
BesselK0 x:T -> y:T
BesselK0e x:T -> y:T
BesselK1 x:T -> y:T
BesselK1e x:T -> y:T
BesselY0 x:T -> y:T
BesselY1 x:T -> y:T
Betainc a:T b:T x:T -> z:T
BiasAdd value:T bias:T -> output:T | data_format="NHWC"
BiasAddGrad out_backprop:T -> output:T | data_format="NHWC"
BiasAddV1 value:T bias:T -> output:T
Bincount arr:int32 size:int32 weights:T -> bins:T
Bitcast input:T -> output:type
BitwiseAnd x:T y:T -> z:T
BitwiseOr x:T y:T -> z:T
BitwiseXor x:T y:T -> z:T
BlockLSTM seq_len_max:int64 x:T cs_prev:T h_prev:T w:T wci:T wcf:T wco:T b:T -> i:T cs:T f:T o:T ci:T co:T h:T | forget_bias=1.0 cell_clip=3.0 use_peephole=false
BlockLSTMV2 seq_len_max:int64 x:T cs_prev:T h_prev:T w:T wci:T wcf:T wco:T b:T -> i:T cs:T f:T o:T ci:T co:T h:T | cell_clip=0.0 use_peephole=false
BroadcastArgs s0:T s1:T -> r0:T | T="int32"
BroadcastGradientArgs s0:T s1:T -> r0:T r1:T | T="int32"
BroadcastTo input:T shape:Tidx -> output:T | Tidx="int32"
Bucketize input:T -> output:int32
Case! branch_index:int32 input:*Tin -> output:*Tout | output_shapes=[]
Cast x:SrcT -> y:DstT | Truncate=false
Ceil x:T -> y:T
CheckNumerics! tensor:T -> output:T
CheckNumericsV2! tensor:T -> output:T
Cholesky input:T -> output:T
ClipByValue t:T clip_value_min:T clip_value_max:T -> output:T
CombinedNonMaxSuppression boxes:float32 scores:float32 max_output_size_per_class:int32 max_total_size:int32 iou_threshold:float32 score_threshold:float32 -> nmsed_boxes:float32 nmsed_scores:float32 nmsed_classes:float32 valid_detections:int32 | pad_per_class=false clip_boxes=true
Complex real:T imag:T -> out:Tout | T="float32" Tout="complex64"
ComplexAbs x:T -> y:Tout | T="complex64" Tout="float32"
Concat concat_dim:int32 values:N*T -> output:T
ConcatOffset concat_dim:int32 shape:N*shape_type -> offset:N*shape_type | shape_type="int32"
ConcatV2 values:N*T axis:Tidx -> output:T | Tidx="int32"
Conj input:T -> output:T | T="complex64"
ConjugateTranspose x:T perm:Tperm -> y:T | Tperm="int32"
Const -> output:dtype
ControlTrigger ->
Conv2D input:T filter:T -> output:T | use_cudnn_on_gpu=true explicit_paddings=[] data_format="NHWC" dilations=[1,1,1,1]
Conv2DBackpropFilter input:T filter_sizes:int32 out_backprop:T -> output:T | use_cudnn_on_gpu=true explicit_paddings=[] data_format="NHWC" dilations=[1,1,1,1]
Conv2DBackpropInput input_sizes:int32 filter:T out_backprop:T -> output:T | use_cudnn_on_gpu=true explicit_paddings=[] data_format="NHWC" dilations=[1,1,1,1]
Conv3D input:T filter:T -> output:T | data_format="NDHWC" dilations=[1,1,1,1,1]
Conv3DBackpropFilterV2 input:T filter_sizes:int32 out_backprop:T -> output:T | data_format="NDHWC" dilations=[1,1,1,1,1]
Conv3DBackpropInputV2 input_sizes:Tshape filter:T out_backprop:T -> output:T | data_format="NDHWC" dilations=[1,1,1,1,1] Tshape="int32"
Cos x:T -> y:T
Cosh x:T -> y:T
CountUpTo ref:&T -> output:T
CropAndResize image:T boxes:float32 box_ind:int32 crop_size:int32 -> crops:float32 | method="bilinear" extrapolation_value=0.0
Cross a:T b:T -> product:T
Cumprod x:T axis:Tidx -> out:T | exclusive=false reverse=false Tidx="int32"
Cumsum x:T axis:Tidx -> out:T | exclusive=false reverse=false Tidx="int32"
CumulativeLogsumexp x:T axis:Tidx -> out:T | exclusive=false reverse=false Tidx="int32"
DataFormatDimMap x:T -> y:T | T="int32" src_format="NHWC" dst_format="NCHW"
DataFormatVecPermute x:T -> y:T | T="int32" src_format="NHWC" dst_format="NCHW"
Dawsn x:T -> y:T
DebugIdentity input:T -> output:T | device_name="" tensor_name="" debug_urls=[] gated_grpc=false
DebugIdentityV2! input:T -> output:T | tfdbg_context_id="" op_name="" output_slot=-1 tensor_debug_mode=-1 debug_urls=[] circular_buffer_size=1000 tfdbg_run_id=""
DecodeBase64 input:string -> output:string
DecodeRaw bytes:string -> output:out_type | little_endian=true
DeepCopy! x:T -> y:T
DenseBincount input:Tidx size:Tidx weights:T -> output:T | binary_output=false
DenseCountSparseOutput values:T weights:output_type -> output_indices:int64 output_values:output_type output_dense_shape:int64 | minlength=-1 maxlength=-1
DenseToDenseSetOperation set1:T set2:T -> result_indices:int64 result_values:T result_shape:int64 | validate_indices=true
DenseToSparseSetOperation set1:T set2_indices:int64 set2_values:T set2_shape:int64 -> result_indices:int64 result_values:T result_shape:int64 | validate_indices=true
DepthToSpace input:T -> output:T | data_format="NHWC"
DepthwiseConv2dNative input:T filter:T -> output:T | explicit_paddings=[] data_format="NHWC" dilations=[1,1,1,1]
DepthwiseConv2dNativeBackpropFilter input:T filter_sizes:int32 out_backprop:T -> output:T | explicit_paddings=[] data_format="NHWC" dilations=[1,1,1,1]
DepthwiseConv2dNativeBackpropInput input_sizes:int32 filter:T out_backprop:T -> output:T | explicit_paddings=[] data_format="NHWC" dilations=[1,1,1,1]
Dequantize input:T min_range:float32 max_range:float32 -> output:dtype | mode="MIN_COMBINED" narrow_range=false axis=-1 dtype="float32"
DestroyResourceOp! resource:resource -> | ignore_lookup_error=true
Diag diagonal:T -> output:T
DiagPart input:T -> diagonal:T
Digamma x:T -> y:T
Dilation2D input:T filter:T -> output:T
DisableCopyOnRead! resource:resource ->
Div x:T y:T -> z:T
DivNoNan x:T y:T -> z:T
DynamicPartition data:T partitions:int32 -> outputs:num_partitions*T
DynamicStitch indices:N*int32 data:N*T -> merged:T
EagerPyFunc! input:*Tin -> output:*Tout | is_async=false
Einsum inputs:N*T -> output:T
Elu features:T -> activations:T
EluGrad gradients:T outputs:T -> backprops:T
Empty! shape:int32 -> output:dtype | init=false
EmptyTensorList element_shape:shape_type max_num_elements:int32 -> handle:variant
EncodeBase64 input:string -> output:string | pad=false
EnsureShape input:T -> output:T
Enter data:T -> output:T | is_constant=false parallel_iterations=10
Equal x:T y:T -> z:bool | incompatible_shape_error=true
Erf x:T -> y:T
Erfc x:T -> y:T
Erfinv x:T -> y:T
EuclideanNorm input:T reduction_indices:Tidx -> output:T | keep_dims=false Tidx="int32"
Exit data:T -> output:T
Exp x:T -> y:T
ExpandDims input:T dim:Tdim -> output:T | Tdim="int32"
Expint x:T -> y:T
Expm1 x:T -> y:T
ExtractImagePatches images:T -> patches:T
ExtractVolumePatches input:T -> patches:T
FFT input:Tcomplex -> output:Tcomplex | Tcomplex="complex64"
FFT2D input:Tcomplex -> output:Tcomplex | Tcomplex="complex64"
FFT3D input:Tcomplex -> output:Tcomplex | Tcomplex="complex64"
FakeQuantWithMinMaxArgs inputs:float32 -> outputs:float32 | min=-6.0 max=6.0 num_bits=8 narrow_range=false
FakeQuantWithMinMaxVars inputs:float32 min:float32 max:float32 -> outputs:float32 | num_bits=8 narrow_range=false
FakeQuantWithMinMaxVarsPerChannel inputs:float32 min:float32 max:float32 -> outputs:float32 | num_bits=8 narrow_range=false
Fill dims:index_type value:T -> output:T | index_type="int32"
Floor x:T -> y:T
FloorDiv x:T y:T -> z:T
FloorMod x:T y:T -> z:T
For start:int32 limit:int32 delta:int32 input:*T -> output:*T
FresnelCos x:T -> y:T
FresnelSin x:T -> y:T
FusedBatchNorm x:T scale:T offset:T mean:T variance:T -> y:T batch_mean:T batch_variance:T reserve_space_1:T reserve_space_2:T | epsilon=9.999999747378752e-05 exponential_avg_factor=1.0 data_format="NHWC" is_training=true
FusedBatchNormGrad y_backprop:T x:T scale:T reserve_space_1:T reserve_space_2:T -> x_backprop:T scale_backprop:T offset_backprop:T reserve_space_3:T reserve_space_4:T | epsilon=9.999999747378752e-05 data_format="NHWC" is_training=true
FusedBatchNormGradV2 y_backprop:T x:T scale:float32 reserve_space_1:U reserve_space_2:U -> x_backprop:T scale_backprop:U offset_backprop:U reserve_space_3:U reserve_space_4:U | epsilon=9.999999747378752e-05 data_format="NHWC" is_training=true
FusedBatchNormGradV3 y_backprop:T x:T scale:float32 reserve_space_1:U reserve_space_2:U reserve_space_3:U -> x_backprop:T scale_backprop:U offset_backprop:U reserve_space_4:U reserve_space_5:U | epsilon=9.999999747378752e-05 data_format="NHWC" is_training=true
FusedBatchNormV2 x:T scale:U offset:U mean:U variance:U -> y:T batch_mean:U batch_variance:U reserve_space_1:U reserve_space_2:U | epsilon=9.999999747378752e-05 exponential_avg_factor=1.0 data_format="NHWC" is_training=true
FusedBatchNormV3 x:T scale:U offset:U mean:U variance:U -> y:T batch_mean:U batch_variance:U reserve_space_1:U reserve_space_2:U reserve_space_3:U | epsilon=9.999999747378752e-05 exponential_avg_factor=1.0 data_format="NHWC" is_training=true
GRUBlockCell x:T h_prev:T w_ru:T w_c:T b_ru:T b_c:T -> r:T u:T c:T h:T
Gather params:Tparams indices:Tindices -> output:Tparams | validate_indices=true
GatherNd params:Tparams indices:Tindices -> output:Tparams | bad_indices_policy=""
GatherV2 params:Tparams indices:Tindices axis:Taxis -> output:Tparams | batch_dims=0
Greater x:T y:T -> z:bool
GreaterEqual x:T y:T -> z:bool
HSVToRGB images:T -> output:T | T="float32"
HashTable! -> table_handle:&string | container="" shared_name="" use_node_name_sharing=false
HashTableV2! -> table_handle:resource | container="" shared_name="" use_node_name_sharing=false
HistogramFixedWidth values:T value_range:T nbins:int32 -> out:dtype | dtype="int32"
HistogramSummary tag:string values:T -> summary:string | T="float32"
HostConst -> output:dtype
IFFT input:Tcomplex -> output:Tcomplex | Tcomplex="complex64"
IFFT2D input:Tcomplex -> output:Tcomplex | Tcomplex="complex64"
IFFT3D input:Tcomplex -> output:Tcomplex | Tcomplex="complex64"
IRFFT input:Tcomplex fft_length:int32 -> output:Treal | Treal="float32" Tcomplex="complex64"
IRFFT2D input:Tcomplex fft_length:int32 -> output:Treal | Treal="float32" Tcomplex="complex64"
IRFFT3D input:Tcomplex fft_length:int32 -> output:Treal | Treal="float32" Tcomplex="complex64"
Identity input:T -> output:T
IdentityN input:*T -> output:*T
If! cond:Tcond input:*Tin -> output:*Tout | output_shapes=[]
Igamma a:T x:T -> z:T
Igammac a:T x:T -> z:T
Imag input:T -> output:Tout | T="complex64" Tout="float32"
ImageProjectiveTransformV2 images:dtype transforms:float32 output_shape:int32 -> transformed_images:dtype | fill_mode="CONSTANT"
ImageProjectiveTransformV3 images:dtype transforms:float32 output_shape:int32 fill_value:float32 -> transformed_images:dtype | fill_mode="CONSTANT"
InTopK predictions:float32 targets:T -> precision:bool | T="int32"
InTopKV2 predictions:float32 targets:T k:T -> precision:bool | T="int32"
InitializeTable table_handle:&string keys:Tkey values:Tval ->
InitializeTableFromTextFile table_handle:&string filename:string -> | vocab_size=-1 delimiter="\t" offset=0
InitializeTableFromTextFileV2! table_handle:resource filename:string -> | vocab_size=-1 delimiter="\t" offset=0
InitializeTableV2! table_handle:resource keys:Tkey values:Tval ->
Inv x:T -> y:T
InvGrad y:T dy:T -> z:T
Invert x:T -> y:T
InvertPermutation x:T -> y:T | T="int32"
IsFinite x:T -> y:bool
IsInf x:T -> y:bool
IsNan x:T -> y:bool
IsVariableInitialized ref:&dtype -> is_initialized:bool
L2Loss t:T -> output:T
LRN input:T -> output:T | depth_radius=5 bias=1.0 alpha=1.0 beta=0.5 T="float32"
LSTMBlockCell x:T cs_prev:T h_prev:T w:T wci:T wcf:T wco:T b:T -> i:T cs:T f:T o:T ci:T co:T h:T | forget_bias=1.0 cell_clip=3.0 use_peephole=false
LeakyRelu features:T -> activations:T | alpha=0.20000000298023224 T="float32"
LeakyReluGrad gradients:T features:T -> backprops:T | alpha=0.20000000298023224 T="float32"
LeftShift x:T y:T -> z:T
Less x:T y:T -> z:bool
LessEqual x:T y:T -> z:bool
Lgamma x:T -> y:T
LinSpace start:T stop:T num:Tidx -> output:T | Tidx="int32"
ListDiff x:T y:T -> out:T idx:out_idx | out_idx="int32"
Log x:T -> y:T
Log1p x:T -> y:T
LogMatrixDeterminant input:T -> sign:T log_abs_determinant:T
LogSoftmax logits:T -> logsoftmax:T
LogicalAnd x:bool y:bool -> z:bool
LogicalNot x:bool -> y:bool
LogicalOr x:bool y:bool -> z:bool
LookupTableExport table_handle:&string -> keys:Tkeys values:Tvalues
LookupTableExportV2! table_handle:resource -> keys:Tkeys values:Tvalues
LookupTableFind table_handle:&string keys:Tin default_value:Tout -> values:Tout
LookupTableFindV2! table_handle:resource keys:Tin default_value:Tout -> values:Tout
LookupTableImport table_handle:&string keys:Tin values:Tout ->
LookupTableImportV2! table_handle:resource keys:Tin values:Tout ->
LookupTableInsert table_handle:&string keys:Tin values:Tout ->
LookupTableInsertV2! table_handle:resource keys:Tin values:Tout ->
LookupTableRemoveV2! table_handle:resource keys:Tin ->
LookupTableSize table_handle:&string -> size:int64
LookupTableSizeV2! table_handle:resource -> size:int64
LoopCond input:bool -> output:bool
LowerBound sorted_inputs:T values:T -> output:out_type | out_type="int32"
Lu input:T -> lu:T p:output_idx_type | output_idx_type="int32"
MatMul a:T b:T -> product:T | transpose_a=false transpose_b=false grad_a=false grad_b=false
MatchingFiles pattern:string -> filenames:string
MatrixBandPart input:T num_lower:Tindex num_upper:Tindex -> band:T | Tindex="int64"
MatrixDeterminant input:T -> output:T
MatrixDiag diagonal:T -> output:T
MatrixDiagPart input:T -> diagonal:T
MatrixDiagPartV2 input:T k:int32 padding_value:T -> diagonal:T
MatrixDiagPartV3 input:T k:int32 padding_value:T -> diagonal:T | align="RIGHT_LEFT"
MatrixDiagV2 diagonal:T k:int32 num_rows:int32 num_cols:int32 padding_value:T -> output:T
MatrixDiagV3 diagonal:T k:int32 num_rows:int32 num_cols:int32 padding_value:T -> output:T | align="RIGHT_LEFT"
MatrixInverse input:T -> output:T | adjoint=false
MatrixSetDiag input:T diagonal:T -> output:T
MatrixSetDiagV2 input:T diagonal:T k:int32 -> output:T
MatrixSetDiagV3 input:T diagonal:T k:int32 -> output:T | align="RIGHT_LEFT"
MatrixSolve matrix:T rhs:T -> output:T | adjoint=false
MatrixSquareRoot input:T -> output:T
MatrixTriangularSolve matrix:T rhs:T -> output:T | lower=true adjoint=false
Max input:T reduction_indices:Tidx -> output:T | keep_dims=false Tidx="int32"
MaxPool input:T -> output:T | T="float32" explicit_paddings=[] data_format="NHWC"
MaxPool3D input:T -> output:T | data_format="NDHWC"
MaxPool3DGrad orig_input:TInput orig_output:TInput grad:T -> output:T | data_format="NDHWC" T="float32" TInput="float32"
MaxPoolGrad orig_input:T orig_output:T grad:T -> output:T | explicit_paddings=[] data_format="NHWC" T="float32"
MaxPoolGradV2 orig_input:T orig_output:T grad:T ksize:int32 strides:int32 -> output:T | data_format="NHWC" T="float32"
MaxPoolV2 input:T ksize:int32 strides:int32 -> output:T | T="float32" data_format="NHWC"
MaxPoolWithArgmax input:T -> output:T argmax:Targmax | Targmax="int64" include_batch_in_index=false
Maximum x:T y:T -> z:T
Mean input:T reduction_indices:Tidx -> output:T | keep_dims=false Tidx="int32"
Merge inputs:N*T -> output:T value_index:int32
MergeSummary inputs:N*string -> summary:string
MergeV2Checkpoints! checkpoint_prefixes:string destination_prefix:string -> | delete_old_dirs=true allow_missing_files=false
Min input:T reduction_indices:Tidx -> output:T | keep_dims=false Tidx="int32"
Minimum x:T y:T -> z:T
MirrorPad input:T paddings:Tpaddings -> output:T | Tpaddings="int32"
Mod x:T y:T -> z:T
Mul x:T y:T -> z:T
MulNoNan x:T y:T -> z:T
Multinomial! logits:T num_samples:int32 -> output:output_dtype | seed=0 seed2=0 output_dtype="int64"
MutableDenseHashTable! empty_key:key_dtype -> table_handle:&string | container="" shared_name="" use_node_name_sharing=false value_shape=[] initial_num_buckets=131072 max_load_factor=0.800000011920929
MutableDenseHashTableV2! empty_key:key_dtype deleted_key:key_dtype -> table_handle:resource | container="" shared_name="" use_node_name_sharing=false value_shape=[] initial_num_buckets=131072 max_load_factor=0.800000011920929
MutableHashTable! -> table_handle:&string | container="" shared_name="" use_node_name_sharing=false
MutableHashTableOfTensors! -> table_handle:&string | container="" shared_name="" use_node_name_sharing=false value_shape=[]
MutableHashTableOfTensorsV2! -> table_handle:resource | container="" shared_name="" use_node_name_sharing=false value_shape=[]
MutableHashTableV2! -> table_handle:resource | container="" shared_name="" use_node_name_sharing=false
Ndtri x:T -> y:T
Neg x:T -> y:T
NextAfter x1:T x2:T -> output:T | T="float32"
NextIteration data:T -> output:T
NoOp ->
NonMaxSuppression boxes:float32 scores:float32 max_output_size:int32 -> selected_indices:int32 | iou_threshold=0.5
NonMaxSuppressionV2 boxes:T scores:T max_output_size:int32 iou_threshold:T_threshold -> selected_indices:int32 | T="float32" T_threshold="float32"
NonMaxSuppressionV3 boxes:T scores:T max_output_size:int32 iou_threshold:T_threshold score_threshold:T_threshold -> selected_indices:int32 | T="float32" T_threshold="float32"
NonMaxSuppressionV4 boxes:T scores:T max_output_size:int32 iou_threshold:T_threshold score_threshold:T_threshold -> selected_indices:int32 valid_outputs:int32 | T="float32" T_threshold="float32" pad_to_max_output_size=false
NonMaxSuppressionV5 boxes:T scores:T max_output_size:int32 iou_threshold:T score_threshold:T soft_nms_sigma:T -> selected_indices:int32 selected_scores:T valid_outputs:int32 | T="float32" pad_to_max_output_size=false
NotEqual x:T y:T -> z:bool | incompatible_shape_error=true
OneHot indices:TI depth:int32 on_value:T off_value:T -> output:T | axis=-1 TI="int64"
OnesLike x:T -> y:T
OptionalFromValue components:*Toutput_types -> optional:variant
OptionalGetValue optional:variant -> components:*output_types
OptionalHasValue optional:variant -> has_value:bool
OptionalNone -> optional:variant
Pack values:N*T -> output:T | axis=0
Pad input:T paddings:Tpaddings -> output:T | Tpaddings="int32"
PadV2 input:T paddings:Tpaddings constant_values:T -> output:T | Tpaddings="int32"
ParallelConcat values:N*T -> output:T
ParallelDynamicStitch indices:N*int32 data:N*T -> merged:T
ParseExample serialized:string names:string sparse_keys:Nsparse*string dense_keys:Ndense*string dense_defaults:*Tdense -> sparse_indices:Nsparse*int64 sparse_values:*sparse_types sparse_shapes:Nsparse*int64 dense_values:*Tdense
ParseExampleV2 serialized:string names:string sparse_keys:string dense_keys:string ragged_keys:string dense_defaults:*Tdense -> sparse_indices:num_sparse*int64 sparse_values:*sparse_types sparse_shapes:num_sparse*int64 dense_values:*Tdense ragged_values:*ragged_value_types ragged_row_splits:*ragged_split_types
ParseSingleExample serialized:string dense_defaults:*Tdense -> sparse_indices:num_sparse*int64 sparse_values:*sparse_types sparse_shapes:num_sparse*int64 dense_values:*Tdense
PartitionedCall args:*Tin -> output:*Tout | config="" config_proto="" executor_type=""
Placeholder -> output:dtype | shape="unknown"
PlaceholderV2 -> output:dtype
PlaceholderWithDefault input:dtype -> output:dtype
Polygamma a:T x:T -> z:T
Pow x:T y:T -> z:T
PreventGradient input:T -> output:T | message=""
Print! input:T data:*U -> output:T | message="" first_n=-1 summarize=3
PrintV2! input:string -> | output_stream="stderr" end="\n"
Prod input:T reduction_indices:Tidx -> output:T | keep_dims=false Tidx="int32"
PyFunc! input:*Tin -> output:*Tout
PyFuncStateless input:*Tin -> output:*Tout
Qr input:T -> q:T r:T | full_matrices=false
QuantizeAndDequantize input:T -> output:T | signed_input=true num_bits=8 range_given=false input_min=0.0 input_max=0.0
QuantizeAndDequantizeV2 input:T input_min:T input_max:T -> output:T | signed_input=true num_bits=8 range_given=false round_mode="HALF_TO_EVEN" narrow_range=false axis=-1
QuantizeAndDequantizeV3 input:T input_min:T input_max:T num_bits:int32 -> output:T | signed_input=true range_given=true narrow_range=false axis=-1
QuantizeAndDequantizeV4 input:T input_min:T input_max:T -> output:T | signed_input=true num_bits=8 range_given=false round_mode="HALF_TO_EVEN" narrow_range=false axis=-1
QuantizeV2 input:float32 min_range:float32 max_range:float32 -> output:T output_min:float32 output_max:float32 | mode="MIN_COMBINED" round_mode="HALF_AWAY_FROM_ZERO" narrow_range=false axis=-1 ensure_minimum_range=0.009999999776482582
RFFT input:Treal fft_length:int32 -> output:Tcomplex | Treal="float32" Tcomplex="complex64"
RFFT2D input:Treal fft_length:int32 -> output:Tcomplex | Treal="float32" Tcomplex="complex64"
RFFT3D input:Treal fft_length:int32 -> output:Tcomplex | Treal="float32" Tcomplex="complex64"
RGBToHSV images:T -> output:T | T="float32"
RaggedGather params_nested_splits:PARAMS_RAGGED_RANK*Tsplits params_dense_values:Tvalues indices:Tindices -> output_nested_splits:OUTPUT_RAGGED_RANK*Tsplits output_dense_values:Tvalues | Tsplits="int64"
RaggedRange starts:T limits:T deltas:T -> rt_nested_splits:Tsplits rt_dense_values:T | T="int32" Tsplits="int64"
RaggedTensorFromVariant encoded_ragged:variant -> output_nested_splits:output_ragged_rank*Tsplits output_dense_values:Tvalues | Tsplits="int64"
RaggedTensorToSparse rt_nested_splits:RAGGED_RANK*Tsplits rt_dense_values:T -> sparse_indices:int64 sparse_values:T sparse_dense_shape:int64 | Tsplits="int64"
RaggedTensorToTensor shape:Tshape values:T default_value:T row_partition_tensors:num_row_partition_tensors*Tindex -> result:T
RaggedTensorToVariant rt_nested_splits:RAGGED_RANK*Tsplits rt_dense_values:Tvalues -> encoded_ragged:variant | Tsplits="int64"
RandomShuffle! value:T -> output:T | seed=0 seed2=0
RandomStandardNormal! shape:T -> output:dtype | seed=0 seed2=0
RandomUniform! shape:T -> output:dtype | seed=0 seed2=0
RandomUniformInt! shape:T minval:Tout maxval:Tout -> output:Tout | seed=0 seed2=0
Range start:Tidx limit:Tidx delta:Tidx -> output:Tidx | Tidx="int32"
Rank input:T -> output:int32
ReadFile filename:string -> contents:string
ReadVariableOp! resource:resource -> value:dtype
Real input:T -> output:Tout | T="complex64" Tout="float32"
RealDiv x:T y:T -> z:T
Reciprocal x:T -> y:T
ReciprocalGrad y:T dy:T -> z:T
ReduceJoin inputs:string reduction_indices:int32 -> output:string | keep_dims=false separator=""
RefEnter data:&T -> output:&T | is_constant=false parallel_iterations=10
RefExit data:&T -> output:&T
RefIdentity input:&T -> output:&T
RefMerge inputs:&N*T -> output:&T value_index:int32
RefNextIteration data:&T -> output:&T
RefSwitch data:&T pred:bool -> output_false:&T output_true:&T
RegexFullMatch input:string pattern:string -> output:bool
RegexReplace input:string pattern:string rewrite:string -> output:string | replace_global=true
Relu features:T -> activations:T
Relu6 features:T -> activations:T
Relu6Grad gradients:T features:T -> backprops:T
ReluGrad gradients:T features:T -> backprops:T
Reshape tensor:T shape:Tshape -> output:T | Tshape="int32"
ResizeArea images:T size:int32 -> resized_images:float32 | align_corners=false
ResizeBicubic images:T size:int32 -> resized_images:float32 | align_corners=false half_pixel_centers=false
ResizeBicubicGrad grads:float32 original_image:T -> output:T | align_corners=false half_pixel_centers=false
ResizeBilinear images:T size:int32 -> resized_images:float32 | align_corners=false half_pixel_centers=false
ResizeBilinearGrad grads:float32 original_image:T -> output:T | align_corners=false half_pixel_centers=false
ResizeNearestNeighbor images:T size:int32 -> resized_images:T | align_corners=false half_pixel_centers=false
ResizeNearestNeighborGrad grads:T size:int32 -> output:T | align_corners=false half_pixel_centers=false
ResourceApplyAdaMax! var:resource m:resource v:resource beta1_power:T lr:T beta1:T beta2:T epsilon:T grad:T -> | use_locking=false
ResourceApplyAdadelta! var:resource accum:resource accum_update:resource lr:T rho:T epsilon:T grad:T -> | use_locking=false
ResourceApplyAdagrad! var:resource accum:resource lr:T grad:T -> | use_locking=false update_slots=true
ResourceApplyAdagradV2! var:resource accum:resource lr:T epsilon:T grad:T -> | use_locking=false update_slots=true
ResourceApplyAdam! var:resource m:resource v:resource beta1_power:T beta2_power:T lr:T beta1:T beta2:T epsilon:T grad:T -> | use_locking=false use_nesterov=false
ResourceApplyAdamWithAmsgrad! var:resource m:resource v:resource vhat:resource beta1_power:T beta2_power:T lr:T beta1:T beta2:T epsilon:T grad:T -> | use_locking=false
ResourceApplyCenteredRMSProp! var:resource mg:resource ms:resource mom:resource lr:T rho:T momentum:T epsilon:T grad:T -> | use_locking=false
ResourceApplyFtrl! var:resource accum:resource linear:resource grad:T lr:T l1:T l2:T lr_power:T -> | use_locking=false multiply_linear_by_lr=false
ResourceApplyFtrlV2! var:resource accum:resource linear:resource grad:T lr:T l1:T l2:T l2_shrinkage:T lr_power:T -> | use_locking=false multiply_linear_by_lr=false
ResourceApplyGradientDescent! var:resource alpha:T delta:T -> | use_locking=false
ResourceApplyKerasMomentum! var:resource accum:resource lr:T grad:T momentum:T -> | use_locking=false use_nesterov=false
ResourceApplyMomentum! var:resource accum:resource lr:T grad:T momentum:T -> | use_locking=false use_nesterov=false
ResourceApplyRMSProp! var:resource ms:resource mom:resource lr:T rho:T momentum:T epsilon:T grad:T -> | use_locking=false
ResourceGather! resource:resource indices:Tindices -> output:dtype | batch_dims=0 validate_indices=true
ResourceGatherNd! resource:resource indices:Tindices -> output:dtype
ResourceScatterAdd! resource:resource indices:Tindices updates:dtype ->
ResourceScatterDiv! resource:resource indices:Tindices updates:dtype ->
ResourceScatterMax! resource:resource indices:Tindices updates:dtype ->
ResourceScatterMin! resource:resource indices:Tindices updates:dtype ->
ResourceScatterMul! resource:resource indices:Tindices updates:dtype ->
ResourceScatterNdAdd! ref:resource indices:Tindices updates:T -> | use_locking=true bad_indices_policy=""
ResourceScatterNdMax! ref:resource indices:Tindices updates:T -> | use_locking=true bad_indices_policy=""
ResourceScatterNdMin! ref:resource indices:Tindices updates:T -> | use_locking=true bad_indices_policy=""
ResourceScatterNdSub! ref:resource indices:Tindices updates:T -> | use_locking=true bad_indices_policy=""
ResourceScatterNdUpdate! ref:resource indices:Tindices updates:T -> | use_locking=true bad_indices_policy=""
ResourceScatterSub! resource:resource indices:Tindices updates:dtype ->
ResourceScatterUpdate! resource:resource indices:Tindices updates:dtype ->
Restore! file_pattern:string tensor_name:string -> tensor:dt | preferred_shard=-1
RestoreSlice! file_pattern:string tensor_name:string shape_and_slice:string -> tensor:dt | preferred_shard=-1
RestoreV2! prefix:string tensor_names:string shape_and_slices:string -> tensors:*dtypes
Reverse tensor:T dims:bool -> output:T
ReverseSequence input:T seq_lengths:Tlen -> output:T | batch_dim=0 Tlen="int64"
ReverseV2 tensor:T axis:Tidx -> output:T | Tidx="int32"
RightShift x:T y:T -> z:T
Rint x:T -> y:T
RngReadAndSkip! resource:resource alg:int32 delta:uint64 -> value:int64
RngSkip! resource:resource algorithm:int64 delta:int64 ->
Roll input:T shift:Tshift axis:Taxis -> output:T
Round x:T -> y:T
Rsqrt x:T -> y:T
RsqrtGrad y:T dy:T -> z:T
Save! filename:string tensor_names:string data:*T ->
SaveSlices! filename:string tensor_names:string shapes_and_slices:string data:*T ->
SaveV2! prefix:string tensor_names:string shape_and_slices:string tensors:*dtypes ->
ScalarSummary tags:string values:T -> summary:string
ScaleAndTranslate images:T size:int32 scale:float32 translation:float32 -> resized_images:float32 | kernel_type="lanczos3" antialias=true
ScatterAdd ref:&T indices:Tindices updates:T -> output_ref:&T | use_locking=false
ScatterDiv ref:&T indices:Tindices updates:T -> output_ref:&T | use_locking=false
ScatterMax ref:&T indices:Tindices updates:T -> output_ref:&T | use_locking=false
ScatterMin ref:&T indices:Tindices updates:T -> output_ref:&T | use_locking=false
ScatterMul ref:&T indices:Tindices updates:T -> output_ref:&T | use_locking=false
ScatterNd indices:Tindices updates:T shape:Tindices -> output:T | bad_indices_policy=""
ScatterNdAdd ref:&T indices:Tindices updates:T -> output_ref:&T | use_locking=false bad_indices_policy=""
ScatterNdMax ref:&T indices:Tindices updates:T -> output_ref:&T | use_locking=false bad_indices_policy=""
ScatterNdMin ref:&T indices:Tindices updates:T -> output_ref:&T | use_locking=false bad_indices_policy=""
ScatterNdSub ref:&T indices:Tindices updates:T -> output_ref:&T | use_locking=false bad_indices_policy=""
ScatterNdUpdate ref:&T indices:Tindices updates:T -> output_ref:&T | use_locking=true bad_indices_policy=""
ScatterSub ref:&T indices:Tindices updates:T -> output_ref:&T | use_locking=false
ScatterUpdate ref:&T indices:Tindices updates:T -> output_ref:&T | use_locking=true
SegmentMax data:T segment_ids:Tindices -> output:T
SegmentMaxV2 data:T segment_ids:Tindices num_segments:Tnumsegments -> output:T | Tnumsegments="int32"
SegmentMean data:T segment_ids:Tindices -> output:T
SegmentMin data:T segment_ids:Tindices -> output:T
SegmentMinV2 data:T segment_ids:Tindices num_segments:Tnumsegments -> output:T | Tnumsegments="int32"
SegmentProd data:T segment_ids:Tindices -> output:T
SegmentProdV2 data:T segment_ids:Tindices num_segments:Tnumsegments -> output:T | Tnumsegments="int32"
SegmentSum data:T segment_ids:Tindices -> output:T
SegmentSumV2 data:T segment_ids:Tindices num_segments:Tnumsegments -> output:T | Tnumsegments="int32"
Select condition:bool t:T e:T -> output:T
SelectV2 condition:bool t:T e:T -> output:T
SelfAdjointEigV2 input:T -> e:T v:T | compute_v=true
Selu features:T -> activations:T
SeluGrad gradients:T outputs:T -> backprops:T
SetSize set_indices:int64 set_values:T set_shape:int64 -> size:int32 | validate_indices=true
Shape input:T -> output:out_type | out_type="int32"
ShapeN input:N*T -> output:N*out_type | out_type="int32"
ShardedFilename basename:string shard:int32 num_shards:int32 -> filename:string
Sigmoid x:T -> y:T
SigmoidGrad y:T dy:T -> z:T
Sign x:T -> y:T
Sin x:T -> y:T
Sinh x:T -> y:T
Size input:T -> output:out_type | out_type="int32"
Slice input:T begin:Index size:Index -> output:T
Snapshot input:T -> output:T
Softmax logits:T -> softmax:T
SoftmaxCrossEntropyWithLogits features:T labels:T -> loss:T backprop:T
Softplus features:T -> activations:T
SoftplusGrad gradients:T features:T -> backprops:T
Softsign features:T -> activations:T
SoftsignGrad gradients:T features:T -> backprops:T
SpaceToBatchND input:T block_shape:Tblock_shape paddings:Tpaddings -> output:T | Tblock_shape="int32" Tpaddings="int32"
SpaceToDepth input:T -> output:T | data_format="NHWC"
SparseAdd a_indices:int64 a_values:T a_shape:int64 b_indices:int64 b_values:T b_shape:int64 thresh:Treal -> sum_indices:int64 sum_values:T sum_shape:int64
SparseConcat indices:N*int64 values:N*T shapes:N*int64 -> output_indices:int64 output_values:T output_shape:int64
SparseCross indices:N*int64 values:*sparse_types shapes:N*int64 dense_inputs:*dense_types -> output_indices:int64 output_values:out_type output_shape:int64
SparseCrossHashed indices:N*int64 values:*sparse_types shapes:N*int64 dense_inputs:*dense_types num_buckets:int64 strong_hash:bool salt:int64 -> output_indices:int64 output_values:int64 output_shape:int64
SparseCrossV2 indices:N*int64 values:*sparse_types shapes:N*int64 dense_inputs:*dense_types sep:string -> output_indices:int64 output_values:string output_shape:int64
SparseDenseCwiseAdd sp_indices:int64 sp_values:T sp_shape:int64 dense:T -> output:T
SparseDenseCwiseDiv sp_indices:int64 sp_values:T sp_shape:int64 dense:T -> output:T
SparseDenseCwiseMul sp_indices:int64 sp_values:T sp_shape:int64 dense:T -> output:T
SparseFillEmptyRows indices:int64 values:T dense_shape:int64 default_value:T -> output_indices:int64 output_values:T empty_row_indicator:bool reverse_index_map:int64
SparseReduceMax input_indices:int64 input_values:T input_shape:int64 reduction_axes:int32 -> output:T | keep_dims=false
SparseReduceSum input_indices:int64 input_values:T input_shape:int64 reduction_axes:int32 -> output:T | keep_dims=false
SparseReorder input_indices:int64 input_values:T input_shape:int64 -> output_indices:int64 output_values:T
SparseReshape input_indices:int64 input_shape:int64 new_shape:int64 -> output_indices:int64 output_shape:int64
SparseSegmentMean data:T indices:Tidx segment_ids:Tsegmentids -> output:T | Tidx="int32" Tsegmentids="int32" sparse_gradient=false
SparseSegmentMeanWithNumSegments data:T indices:Tidx segment_ids:Tsegmentids num_segments:Tnumsegments -> output:T | Tidx="int32" Tnumsegments="int32" Tsegmentids="int32" sparse_gradient=false
SparseSegmentSqrtN data:T indices:Tidx segment_ids:Tsegmentids -> output:T | Tidx="int32" Tsegmentids="int32" sparse_gradient=false
SparseSegmentSqrtNWithNumSegments data:T indices:Tidx segment_ids:Tsegmentids num_segments:Tnumsegments -> output:T | Tidx="int32" Tnumsegments="int32" Tsegmentids="int32" sparse_gradient=false
SparseSegmentSum data:T indices:Tidx segment_ids:Tsegmentids -> output:T | Tidx="int32" Tsegmentids="int32" sparse_gradient=false
SparseSegmentSumWithNumSegments data:T indices:Tidx segment_ids:Tsegmentids num_segments:Tnumsegments -> output:T | Tidx="int32" Tnumsegments="int32" Tsegmentids="int32" sparse_gradient=false
SparseSlice indices:int64 values:T shape:int64 start:int64 size:int64 -> output_indices:int64 output_values:T output_shape:int64
SparseSoftmaxCrossEntropyWithLogits features:T labels:Tlabels -> loss:T backprop:T | Tlabels="int64"
SparseSplit split_dim:int64 indices:int64 values:T shape:int64 -> output_indices:num_split*int64 output_values:num_split*T output_shape:num_split*int64
SparseTensorDenseMatMul a_indices:Tindices a_values:T a_shape:int64 b:T -> product:T | Tindices="int64" adjoint_a=false adjoint_b=false
SparseToDense sparse_indices:Tindices output_shape:Tindices sparse_values:T default_value:T -> dense:T | validate_indices=true
SparseToSparseSetOperation set1_indices:int64 set1_values:T set1_shape:int64 set2_indices:int64 set2_values:T set2_shape:int64 -> result_indices:int64 result_values:T result_shape:int64 | validate_indices=true
Spence x:T -> y:T
Split split_dim:int32 value:T -> output:num_split*T
SplitV value:T size_splits:Tlen split_dim:int32 -> output:num_split*T | Tlen="int64"
Sqrt x:T -> y:T
SqrtGrad y:T dy:T -> z:T
Square x:T -> y:T
SquaredDifference x:T y:T -> z:T
Squeeze input:T -> output:T | squeeze_dims=[]
StackCloseV2! handle:resource ->
StackPopV2! handle:resource -> elem:elem_type
StackPushV2! handle:resource elem:T -> output:T | swap_memory=false
StackV2! max_size:int32 -> handle:resource | stack_name=""
StatefulPartitionedCall! args:*Tin -> output:*Tout | config="" config_proto="" executor_type=""
StatefulStandardNormal! resource:resource shape:shape_dtype -> output:dtype | dtype="float32" shape_dtype="int64"
StatefulStandardNormalV2! resource:resource algorithm:int64 shape:shape_dtype -> output:dtype | dtype="float32" shape_dtype="int64"
StatefulTruncatedNormal! resource:resource algorithm:int64 shape:shape_dtype -> output:dtype | dtype="float32" shape_dtype="int64"
StatefulUniform! resource:resource algorithm:int64 shape:shape_dtype -> output:dtype | dtype="float32" shape_dtype="int64"
StatelessCase branch_index:int32 input:*Tin -> output:*Tout | output_shapes=[]
StatelessIf cond:Tcond input:*Tin -> output:*Tout | output_shapes=[]
StatelessMultinomial logits:T num_samples:int32 seed:Tseed -> output:output_dtype | Tseed="int64" output_dtype="int64"
StatelessRandomGetAlg! -> alg:int32
StatelessRandomGetKeyCounter seed:Tseed -> key:uint64 counter:uint64 | Tseed="int64"
StatelessRandomGetKeyCounterAlg seed:Tseed -> key:uint64 counter:uint64 alg:int32 | Tseed="int64"
StatelessRandomNormal shape:T seed:Tseed -> output:dtype | dtype="float32" T="int32" Tseed="int64"
StatelessRandomNormalV2 shape:Tshape key:uint64 counter:uint64 alg:int32 -> output:dtype | dtype="float32" Tshape="int32"
StatelessRandomUniform shape:T seed:Tseed -> output:dtype | dtype="float32" T="int32" Tseed="int64"
StatelessRandomUniformInt shape:T seed:Tseed minval:dtype maxval:dtype -> output:dtype | Tseed="int64"
StatelessRandomUniformIntV2 shape:Tshape key:uint64 counter:uint64 alg:int32 minval:dtype maxval:dtype -> output:dtype | Tshape="int32"
StatelessRandomUniformV2 shape:Tshape key:uint64 counter:uint64 alg:int32 -> output:dtype | dtype="float32" Tshape="int32"
StatelessTruncatedNormal shape:T seed:Tseed -> output:dtype | dtype="float32" T="int32" Tseed="int64"
StatelessTruncatedNormalV2 shape:Tshape key:uint64 counter:uint64 alg:int32 -> output:dtype | dtype="float32" Tshape="int32"
StatelessWhile input:*T -> output:*T | output_shapes=[] parallel_iterations=10
StaticRegexFullMatch input:string -> output:bool
StaticRegexReplace input:string -> output:string | replace_global=true
StopGradient input:T -> output:T
StridedSlice input:T begin:Index end:Index strides:Index -> output:T | begin_mask=0 end_mask=0 ellipsis_mask=0 new_axis_mask=0 shrink_axis_mask=0
StridedSliceGrad shape:Index begin:Index end:Index strides:Index dy:T -> output:T | begin_mask=0 end_mask=0 ellipsis_mask=0 new_axis_mask=0 shrink_axis_mask=0
StringFormat inputs:*T -> output:string | template="%s" placeholder="%s" summarize=3
StringJoin inputs:N*string -> output:string | separator=""
StringLength input:string -> output:int32 | unit="BYTE"
StringLower input:string -> output:string | encoding=""
StringNGrams data:string data_splits:Tsplits -> ngrams:string ngrams_splits:Tsplits | Tsplits="int64"
StringSplit input:string delimiter:string -> indices:int64 values:string shape:int64 | skip_empty=true
StringSplitV2 input:string sep:string -> indices:int64 values:string shape:int64 | maxsplit=-1
StringStrip input:string -> output:string
StringToHashBucket string_tensor:string -> output:int64
StringToHashBucketFast input:string -> output:int64
StringToHashBucketStrong input:string -> output:int64
StringToNumber string_tensor:string -> output:out_type | out_type="float32"
StringUpper input:string -> output:string | encoding=""
Sub x:T y:T -> z:T
Substr input:string pos:T len:T -> output:string | unit="BYTE"
Sum input:T reduction_indices:Tidx -> output:T | keep_dims=false Tidx="int32"
Svd input:T -> s:T u:T v:T | compute_uv=true full_matrices=false
Switch data:T pred:bool -> output_false:T output_true:T
Tan x:T -> y:T
Tanh x:T -> y:T
TanhGrad y:T dy:T -> z:T
TensorArrayCloseV3! handle:resource ->
TensorArrayConcatV3! handle:resource flow_in:float32 -> value:dtype lengths:int64 | element_shape_except0="unknown"
TensorArrayGatherV3! handle:resource indices:int32 flow_in:float32 -> value:dtype | element_shape="unknown"
TensorArrayReadV3! handle:resource index:int32 flow_in:float32 -> value:dtype
TensorArrayScatterV3! handle:resource indices:int32 value:T flow_in:float32 -> flow_out:float32
TensorArraySizeV3! handle:resource flow_in:float32 -> size:int32
TensorArraySplitV3! handle:resource value:T lengths:int64 flow_in:float32 -> flow_out:float32
TensorArrayV3! size:int32 -> handle:resource flow:float32 | element_shape="unknown" dynamic_size=false clear_after_read=true identical_element_shapes=false tensor_array_name=""
TensorArrayWriteV3! handle:resource index:int32 value:T flow_in:float32 -> flow_out:float32
TensorListConcat input_handle:variant -> tensor:element_dtype lengths:int64 | element_shape="unknown"
TensorListConcatLists input_a:variant input_b:variant -> output:variant
TensorListConcatV2 input_handle:variant element_shape:shape_type leading_dims:int64 -> tensor:element_dtype lengths:int64
TensorListElementShape input_handle:variant -> element_shape:shape_type
TensorListFromTensor tensor:element_dtype element_shape:shape_type -> output_handle:variant
TensorListGather input_handle:variant indices:int32 element_shape:int32 -> values:element_dtype
TensorListGetItem input_handle:variant index:int32 element_shape:Tshape -> item:element_dtype | Tshape="int32"
TensorListLength input_handle:variant -> length:int32
TensorListPopBack input_handle:variant element_shape:int32 -> output_handle:variant tensor:element_dtype
TensorListPushBack input_handle:variant tensor:element_dtype -> output_handle:variant
TensorListReserve element_shape:shape_type num_elements:int32 -> handle:variant
TensorListResize input_handle:variant size:int32 -> output_handle:variant
TensorListScatter tensor:element_dtype indices:int32 element_shape:shape_type -> output_handle:variant
TensorListScatterIntoExistingList input_handle:variant tensor:element_dtype indices:int32 -> output_handle:variant
TensorListScatterV2 tensor:element_dtype indices:int32 element_shape:shape_type num_elements:int32 -> output_handle:variant
TensorListSetItem input_handle:variant index:int32 item:element_dtype -> output_handle:variant | resize_if_index_out_of_bounds=false
TensorListSplit tensor:element_dtype element_shape:shape_type lengths:int64 -> output_handle:variant
TensorListStack input_handle:variant element_shape:int32 -> tensor:element_dtype | num_elements=-1
TensorScatterAdd tensor:T indices:Tindices updates:T -> output:T | bad_indices_policy=""
TensorScatterMax tensor:T indices:Tindices updates:T -> output:T | bad_indices_policy=""
TensorScatterMin tensor:T indices:Tindices updates:T -> output:T | bad_indices_policy=""
TensorScatterSub tensor:T indices:Tindices updates:T -> output:T | bad_indices_policy=""
TensorScatterUpdate tensor:T indices:Tindices updates:T -> output:T | bad_indices_policy=""
Tile input:T multiples:Tmultiples -> output:T | Tmultiples="int32"
Timestamp! -> ts:float64
TopK input:T -> values:T indices:int32 | sorted=true
TopKV2 input:T k:Tk -> values:T indices:index_type | sorted=true Tk="int32" index_type="int32"
Transpose x:T perm:Tperm -> y:T | Tperm="int32"
TruncateDiv x:T y:T -> z:T
TruncateMod x:T y:T -> z:T
TruncatedNormal! shape:T -> output:dtype | seed=0 seed2=0
UnicodeDecode input:string -> row_splits:Tsplits char_values:int32 | errors="replace" replacement_char=65533 replace_control_characters=false Tsplits="int64"
UnicodeDecodeWithOffsets input:string -> row_splits:Tsplits char_values:int32 char_to_byte_starts:int64 | errors="replace" replacement_char=65533 replace_control_characters=false Tsplits="int64"
UnicodeEncode input_values:int32 input_splits:Tsplits -> output:string | errors="replace" replacement_char=65533 Tsplits="int64"
UnicodeTranscode input:string -> output:string | errors="replace" replacement_char=65533 replace_control_characters=false
Unique x:T -> y:T idx:out_idx | out_idx="int32"
UniqueV2 x:T axis:Taxis -> y:T idx:out_idx | Taxis="int64" out_idx="int32"
UniqueWithCounts x:T -> y:T idx:out_idx count:out_idx | out_idx="int32"
UniqueWithCountsV2 x:T axis:Taxis -> y:T idx:out_idx count:out_idx | Taxis="int64" out_idx="int32"
Unpack value:T -> output:num*T | axis=0
UnsortedSegmentJoin inputs:string segment_ids:Tindices num_segments:Tnumsegments -> output:string | separator="" Tnumsegments="int32"
UnsortedSegmentMax data:T segment_ids:Tindices num_segments:Tnumsegments -> output:T | Tnumsegments="int32"
UnsortedSegmentMin data:T segment_ids:Tindices num_segments:Tnumsegments -> output:T | Tnumsegments="int32"
UnsortedSegmentProd data:T segment_ids:Tindices num_segments:Tnumsegments -> output:T | Tnumsegments="int32"
UnsortedSegmentSum data:T segment_ids:Tindices num_segments:Tnumsegments -> output:T | Tnumsegments="int32"
UpperBound sorted_inputs:T values:T -> output:out_type | out_type="int32"
VarHandleOp! -> resource:resource | container="" shared_name="" debug_name="" allowed_devices=[]
VarIsInitializedOp! resource:resource -> is_initialized:bool
Variable! -> ref:&dtype | container="" shared_name=""
VariableShape! input:resource -> output:out_type | out_type="int32"
VariableV2! -> ref:&dtype | container="" shared_name=""
Where input:T -> index:int64 | T="bool"
While! input:*T -> output:*T | output_shapes=[] parallel_iterations=10
WriteFile! filename:string contents:string ->
Xdivy x:T y:T -> z:T
Xlog1py x:T y:T -> z:T
Xlogy x:T y:T -> z:T
ZerosLike x:T -> y:T
Zeta x:T q:T -> z:T
_FusedConv2D input:T filter:T args:*TArgs host_args:num_host_args*float32 -> output:T | num_host_args=0 explicit_paddings=[] data_format="NHWC" filter_format="HWIO" dilations=[1,1,1,1] use_cudnn_on_gpu=true fused_ops=[] epsilon=9.999999747378752e-05 leakyrelu_alpha=0.20000000298023224
_FusedDepthwiseConv2dNative input:T filter:T args:num_args*T -> output:T | data_format="NHWC" dilations=[1,1,1,1] fused_ops=[] epsilon=9.999999747378752e-05 leakyrelu_alpha=0.20000000298023224
_FusedMatMul a:T b:T args:num_args*T -> product:T | transpose_a=false transpose_b=false fused_ops=[] epsilon=9.999999747378752e-05 leakyrelu_alpha=0.20000000298023224
_SwitchN data:T output_index:int32 -> outputs:num_outs*T`;
