import { expect, it } from 'vitest'
import { LinePrinter } from '../../../runner/line-printer.ts'

it('puts the name before each line, however the output is cut', () => {
  const printed: string[] = []
  const lines = new LinePrinter('labs', (line) => printed.push(line))
  lines.write('one\ntw')
  lines.write('o\n\n')
  lines.write('three')
  lines.end()
  lines.end()
  expect(printed).toEqual(['labs  one', 'labs  two', '', 'labs  three'])
})
