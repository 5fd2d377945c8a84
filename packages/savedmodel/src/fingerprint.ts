import { FingerprintDef } from '@km/proto/fingerprint';
import { decodeMessage } from './decode-message.ts';

/** Hashes by which TensorFlow since 2.11 tells SavedModels apart. */
export interface Fingerprint {
  readonly savedModelChecksum: bigint;
  readonly graphDefProgramHash: bigint;
  readonly signatureDefHash: bigint;
  readonly savedObjectGraphHash: bigint;
  readonly checkpointHash: bigint;
  /** 0 for files of TensorFlow 2.11, which has no version. */
  readonly producer: number;
}

/** Decodes fingerprint.pb. @throws MalformedError. */
export function decodeFingerprint(bytes: Uint8Array, source: string): Fingerprint {
  const { version, ...proto } = decodeMessage(FingerprintDef, bytes, source);
  return {
    savedModelChecksum: proto.savedModelChecksum,
    graphDefProgramHash: proto.graphDefProgramHash,
    signatureDefHash: proto.signatureDefHash,
    savedObjectGraphHash: proto.savedObjectGraphHash,
    checkpointHash: proto.checkpointHash,
    producer: version?.producer ?? 0,
  };
}
