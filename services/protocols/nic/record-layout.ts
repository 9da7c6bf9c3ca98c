/**
 * Where a record's fields stand in its 48 bytes. One buffer is seen as 64-bit floats, 32-bit and 16-bit numbers at once, so
 * that writing a record touches one cache line and makes no object.
 */
export const RECORD_BYTES = 48

/** Fields per record, by the width of the view. */
export const F64_PER_RECORD = RECORD_BYTES / 8
export const U32_PER_RECORD = RECORD_BYTES / 4
export const U16_PER_RECORD = RECORD_BYTES / 2

/** 64-bit floats: exact up to 2^53, which is 104 days of nanoseconds. */
export const F64 = { timeNs: 0, offset: 1, payloadAt: 2 } as const
/** 32-bit numbers, behind the floats. */
export const U32 = { length: 6, captured: 7, connection: 8, peerAddress: 9 } as const
/** 16-bit numbers, behind those. `flags`: kind, direction in bit 8, and what a fault did in bits 9 to 11. */
export const U16 = { peerPort: 20, seenPort: 21, portIndex: 22, flags: 23 } as const

export const OUT_FLAG = 0x100
export const KIND_MASK = 0xff
export const FAULT_SHIFT = 9
export const FAULT_MASK = 0x7 << FAULT_SHIFT
