import { type OpDef, opDef, parseOpDef } from '../executor/op-def.ts';

/** Ops that are written here but do not run here, in the form of the executor's table. */
const WRITTEN_ONLY = `CropAndResize image:T boxes:float32 box_ind:int32 crop_size:int32 -> crops:float32 | method="bilinear" extrapolation_value=0
DenseBincount input:Tidx size:Tidx weights:T -> output:T | binary_output=false
Dilation2D input:T filter:T -> output:T
FFT input:Tcomplex -> output:Tcomplex | Tcomplex="complex64"
IFFT input:Tcomplex -> output:Tcomplex | Tcomplex="complex64"
ImageProjectiveTransformV3 images:dtype transforms:float32 output_shape:int32 fill_value:float32 -> transformed_images:dtype | fill_mode="CONSTANT"
Multinomial! logits:T num_samples:int32 -> output:output_dtype | seed=0 seed2=0 output_dtype="int64"
RandomStandardNormal! shape:T -> output:dtype | seed=0 seed2=0
RandomUniform! shape:T -> output:dtype | seed=0 seed2=0
RandomUniformInt! shape:T minval:Tout maxval:Tout -> output:Tout | seed=0 seed2=0
ResizeArea images:T size:int32 -> resized_images:float32 | align_corners=false
ResizeBicubic images:T size:int32 -> resized_images:float32 | align_corners=false half_pixel_centers=false
ResizeBilinear images:T size:int32 -> resized_images:float32 | align_corners=false half_pixel_centers=false
ResizeNearestNeighbor images:T size:int32 -> resized_images:T | align_corners=false half_pixel_centers=false
ScaleAndTranslate images:T size:int32 scale:float32 translation:float32 -> resized_images:float32 | kernel_type="lanczos3" antialias=true
SparseToDense sparse_indices:Tindices output_shape:Tindices sparse_values:T default_value:T -> dense:T | validate_indices=true
StatelessRandomNormal shape:T seed:Tseed -> output:dtype | dtype="float32" T="int32" Tseed="int64"
StatelessRandomUniform shape:T seed:Tseed -> output:dtype | dtype="float32" T="int32" Tseed="int64"
StatelessRandomUniformInt shape:T seed:Tseed minval:dtype maxval:dtype -> output:dtype | Tseed="int64"
StatelessTruncatedNormal shape:T seed:Tseed -> output:dtype | dtype="float32" T="int32" Tseed="int64"
TruncatedNormal! shape:T -> output:dtype | seed=0 seed2=0
UnsortedSegmentSum data:T segment_ids:Tindices num_segments:Tnumsegments -> output:T | Tnumsegments="int32"`;

/** Names of the ops that are written here but do not run here. */
export const WRITTEN_ONLY_OPS: readonly string[] = WRITTEN_ONLY.split('\n').map(
  (line) => /^\w+/.exec(line)?.[0] ?? '',
);

let own: ReadonlyMap<string, OpDef> | undefined;

/** Definition of an op that functions written here may have; undefined for any other. */
export function writableOp(name: string): OpDef | undefined {
  own ??= new Map(
    WRITTEN_ONLY.split('\n')
      .map(parseOpDef)
      .map((def) => [def.name, def]),
  );
  return opDef(name) ?? own.get(name);
}
