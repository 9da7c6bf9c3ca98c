import { expect, it } from 'vitest'
import {
  formatCapacityFile,
  formatCapacityReport,
  parseCapacityFile,
  parseCapacityReport,
} from '../../../../services/protocols/capacity/report.ts'

const SETTING = { workers: 4, costMs: 20.5, queueLimit: 16 }
const FIGURES = { busy: 3, queue: 5, served: 1200, rejected: 7, busyMs: 9000, queueMs: 400 }

it('reads the reports that it writes', () => {
  for (const setting of [SETTING, null]) {
    const report = { setting, figures: FIGURES, atMs: 12345 }
    expect(parseCapacityReport(formatCapacityReport(report))).toEqual(report)
  }
  expect(parseCapacityReport('requests=3')).toBeNull()
  expect(parseCapacityReport('capacity=4/20;1;2')).toBeNull()
})

it('reads the files that it writes, and says what is wrong with others', () => {
  for (const setting of [SETTING, null]) expect(parseCapacityFile(formatCapacityFile(setting))).toEqual(setting)
  expect(() => parseCapacityFile('{"workers":0,"costMs":1,"queueLimit":1}')).toThrow('workers')
  expect(() => parseCapacityFile('{"workers":1,"costMs":0,"queueLimit":1}')).toThrow('costMs')
  expect(() => parseCapacityFile('{"workers":1,"costMs":1}')).toThrow('queueLimit')
  expect(() => parseCapacityFile('3')).toThrow('neither')
})
