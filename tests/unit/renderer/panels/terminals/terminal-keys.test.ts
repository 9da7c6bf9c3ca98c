import { describe, expect, it } from 'vitest'
import { readKey, type KeyPress } from '../../../../../renderer/src/panels/terminals/terminal-keys.ts'

function press(keys: string): KeyPress {
  const parts = keys.split(' ')
  return {
    key: parts.at(-1) ?? '',
    ctrlKey: parts.includes('Ctrl'),
    shiftKey: parts.includes('Shift'),
    altKey: parts.includes('Alt'),
    metaKey: parts.includes('Meta'),
  }
}

const reading = { takesInput: false, hasSelection: false }
const selected = { takesInput: false, hasSelection: true }
const typing = { takesInput: true, hasSelection: true }

describe('readKey', () => {
  it.each([
    ['Ctrl f', 'find'],
    ['Ctrl +', 'larger'],
    ['Ctrl =', 'larger'],
    ['Ctrl -', 'smaller'],
    ['Ctrl 0', 'normal-size'],
    ['Shift Escape', 'leave'],
    ['Ctrl Shift C', 'copy'],
    ['Ctrl Shift A', 'select-all'],
    ['Shift PageUp', 'page-up'],
  ] as const)('%s is %s, whether or not the program takes input', (keys, meaning) => {
    expect(readKey(press(keys), reading)).toBe(meaning)
    expect(readKey(press(keys), typing)).toBe(meaning)
  })

  it.each(['F5', 'F8', 'F10', 'Ctrl Enter', 'Ctrl k', 'Ctrl 1', 'Ctrl 6'])('%s is always the window’s', (keys) => {
    expect(readKey(press(keys), reading)).toBe('window')
    expect(readKey(press(keys), typing)).toBe('window')
  })

  it.each(['Ctrl c', 'Ctrl a', 'Ctrl v', 'Ctrl d', 'Tab', 'a', 'W', 'Escape', 'ArrowUp', 'PageUp', 'Alt f'])(
    '%s goes to a program that takes input',
    (keys) => {
      expect(readKey(press(keys), typing)).toBe('program')
    },
  )

  it('never gives a key to a program that takes no input', () => {
    for (const key of ['a', 'Tab', 'Enter', 'Escape', 'Ctrl c', 'Ctrl d', 'Ctrl z', 'Ctrl v', 'Ctrl Shift V']) {
      expect(readKey(press(key), reading)).not.toBe('program')
    }
  })

  it('copies with the plain key where the program cannot be interrupted by it', () => {
    expect(readKey(press('Ctrl c'), selected)).toBe('copy')
    expect(readKey(press('Ctrl c'), reading)).toBe('window')
    expect(readKey(press('Meta c'), typing)).toBe('copy')
  })

  it('pastes only into programs that take input', () => {
    expect(readKey(press('Ctrl Shift V'), typing)).toBe('paste')
    expect(readKey(press('Ctrl Shift V'), reading)).toBe('window')
  })

  it('scrolls with the plain keys where nobody else wants them', () => {
    expect(
      ['PageUp', 'PageDown', 'ArrowUp', 'ArrowDown', 'Home', 'End'].map((key) => readKey(press(key), reading)),
    ).toEqual(['page-up', 'page-down', 'line-up', 'line-down', 'top', 'end'])
  })
})
