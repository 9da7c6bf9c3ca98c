import type { LayerName, PacketField, PacketLayer } from '../../../contract/network.ts'
import type { FieldKey } from './field-names.ts'
import { FIELD_NAMES } from './field-names.ts'

export type { LayerName }
export type Field = PacketField
export type Layer = PacketLayer

export interface FieldPlace {
  readonly offset: number
  readonly length: number
}

interface FieldExtras {
  readonly modelled?: boolean
  readonly fields?: readonly Field[]
}

export function field(
  key: FieldKey,
  value: string | number,
  place: FieldPlace | null,
  extras: FieldExtras = {},
): Field {
  return build(FIELD_NAMES[key], key, String(value), place, extras)
}

/** A field whose name came with the packet. */
export function namedField(name: string, value: string, place: FieldPlace | null, extras: FieldExtras = {}): Field {
  return build(name, null, value, place, extras)
}

function build(
  name: string,
  key: FieldKey | null,
  value: string,
  place: FieldPlace | null,
  extras: FieldExtras,
): Field {
  const { modelled = false, fields = [] } = extras
  return { name, key, value, offset: place?.offset ?? null, length: place?.length ?? null, modelled, fields }
}

export function at(offset: number, length: number): FieldPlace {
  return { offset, length }
}
