import { CLASS_IN, HEADER_LENGTH, RECORD_TYPES } from './codes.ts'
import type { Answer } from './lookup.ts'
import { MessageWriter } from './message-writer.ts'
import { writeQuestion, writeRecord } from './message.ts'
import type { Question, RecordSet } from './records.ts'

/**
 * An answer as bytes, ready to stand behind the question of any query that asks the same. Names in it point into that
 * question, whose length never differs, so only its letters' case is the asker's own.
 */
export interface PreparedAnswer {
  readonly answer: Answer
  /** The three sections after the question. */
  readonly body: Buffer
  /** How many of its bytes must be sent: the additional section may be left out when room is short. */
  readonly requiredLength: number
  readonly answerCount: number
  readonly authorityCount: number
  readonly additionalCount: number
  /** The additional records among them that belong to `requiredLength`. */
  readonly requiredAdditionalCount: number
  readonly rotation: RotatedRecords | null
}

/** Where the addresses stand that change places from answer to answer: equally long records, one after the other. */
export interface RotatedRecords {
  readonly set: RecordSet
  /** In `body`. */
  readonly start: number
  readonly recordLength: number
  readonly count: number
}

export function prepareAnswer(question: Question, answer: Answer): PreparedAnswer {
  const writer = new MessageWriter()
  writer.bytes(new Uint8Array(HEADER_LENGTH))
  writeQuestion(writer, question)
  const start = writer.offset
  const answerStarts = answer.answer.flatMap((set) => writeSet(writer, set))
  const answerEnd = writer.offset - start
  const authorityCount = answer.authority.flatMap((set) => writeSet(writer, set)).length
  const authorityEnd = writer.offset
  const additionalCount = answer.additional.flatMap((set) => writeSet(writer, set)).length
  return {
    answer,
    body: writer.finish(start),
    requiredLength: (answer.additionalRequired ? writer.offset : authorityEnd) - start,
    answerCount: answerStarts.length,
    authorityCount,
    additionalCount,
    requiredAdditionalCount: answer.additionalRequired ? additionalCount : 0,
    rotation: findRotation(
      answer.answer.at(-1),
      answerStarts.map((offset) => offset - start),
      answerEnd,
    ),
  }
}

/** Writes the records of a set; returns where each starts. */
function writeSet(writer: MessageWriter, set: RecordSet): number[] {
  return set.data.map((data) => {
    const start = writer.offset
    writeRecord(writer, { name: set.name, type: RECORD_TYPES[set.type], class: CLASS_IN, ttl: set.ttl, data })
    return start
  })
}

/** Addresses rotate; the order of other records says nothing to a client, or is its own affair (MX). */
function findRotation(set: RecordSet | undefined, starts: readonly number[], end: number): RotatedRecords | null {
  if (set === undefined || set.data.length < 2 || (set.type !== 'A' && set.type !== 'AAAA')) return null
  const count = set.data.length
  const start = starts.at(-count) ?? 0
  // All owners are pointers to one place, so all records are equally long.
  return { set, start, recordLength: (end - start) / count, count }
}

/** Copies the first `length` bytes of the body, starting the rotated records with number `first`. */
export function copyBody(prepared: PreparedAnswer, length: number, first: number, to: Buffer, offset: number): void {
  const { body, rotation } = prepared
  body.copy(to, offset, 0, length)
  if (rotation === null || first === 0 || length === 0) return
  const { start, recordLength, count } = rotation
  const split = start + first * recordLength
  const end = start + count * recordLength
  body.copy(to, offset + start, split, end)
  body.copy(to, offset + start + (end - split), start, split)
}
