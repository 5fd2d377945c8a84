import { decodeTensorProto } from '@km/core/tensor-proto';
import type { TensorProto } from '@km/proto/saved-model';
import { HostTensor } from './host-tensor.ts';
import { hostDataOf } from './records.ts';

/**
 * Decodes the tensor of a constant.
 * @throws UnsupportedError for types that no op takes; MalformedError when values and shape disagree; LimitError when
 * few values stand for too many elements.
 */
export function constantOf(proto: TensorProto): HostTensor {
  const record = decodeTensorProto(proto);
  return new HostTensor(record.dtype, record.shape, hostDataOf(record), true);
}
