import { TEXT_SCHEMA } from './schema.ts';

/** Field of a message. */
export interface TextField {
  readonly number: number;
  /** Name of a scalar type, of a message or of an enum. */
  readonly type: string;
  /** Type of the keys of a map. */
  readonly keyType?: string;
}

/** Messages and enums by their names. */
export interface MessageTypes {
  readonly messages: ReadonlyMap<string, ReadonlyMap<string, TextField>>;
  readonly enums: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** Reads the table of messages. */
export function messageTypes(): MessageTypes {
  const messages = new Map<string, ReadonlyMap<string, TextField>>();
  const enums = new Map<string, ReadonlyMap<string, number>>();
  for (const line of TEXT_SCHEMA.trim().split('\n')) {
    const [kind, name = '', ...entries] = line.split(' ');
    const pairs = entries.map((entry) => entry.split('='));
    if (kind === 'enum') {
      enums.set(name, new Map(pairs.map(([key = '', value]) => [key, Number(value)])));
    } else {
      messages.set(name, new Map(pairs.map(([key = '', value = '']) => [key, fieldOf(value)])));
    }
  }
  return { messages, enums };
}

function fieldOf(text: string): TextField {
  const [number, types = ''] = text.split(':');
  const [keyType = '', type] = types.split(',');
  return type === undefined
    ? { number: Number(number), type: keyType }
    : { number: Number(number), type, keyType };
}
