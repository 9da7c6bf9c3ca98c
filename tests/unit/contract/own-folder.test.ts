import { describe, expect, it } from 'vitest'
import { LARGEST_RELEASE_BYTES, MOST_RELEASE_FILES } from '../../../services/contract/deployment-commands.ts'
import { findFolderFault, isTaken } from '../../../services/contract/own-folder.ts'

const INDEX = { path: 'app/index.js', bytes: 10 }

it('leaves out what belongs to tools, wherever it lies', () => {
  const paths = ['app/index.js', '.git/config', 'app/node_modules/a/index.js', 'public/node_modules.css']
  expect(paths.filter(isTaken)).toEqual(['app/index.js', 'public/node_modules.css'])
})

describe('the files of a folder', () => {
  it('are fine with the file that every release begins with', () => {
    expect(findFolderFault([INDEX, { path: 'public/My picture@2x.png', bytes: 1 }])).toBeNull()
  })

  it('must have that file', () => {
    expect(findFolderFault([{ path: 'index.js', bytes: 10 }])).toEqual({ kind: 'no-first-file', file: 'app/index.js' })
    expect(findFolderFault([])).toMatchObject({ kind: 'no-first-file' })
  })

  it.each(['public/été.css', 'public/a"b.css', `public/${'a'.repeat(300)}`])('must have plain names: %s', (path) => {
    expect(findFolderFault([INDEX, { path, bytes: 1 }])).toEqual({ kind: 'unusual-name', file: path })
  })

  it('must not be too many, nor too large', () => {
    const many = Array.from({ length: MOST_RELEASE_FILES }, (_, at) => ({ path: `public/${at}.txt`, bytes: 1 }))
    expect(findFolderFault([INDEX, ...many])).toMatchObject({ kind: 'many', count: MOST_RELEASE_FILES + 1 })
    expect(findFolderFault([INDEX, { path: 'public/film.mp4', bytes: LARGEST_RELEASE_BYTES }])).toEqual({
      kind: 'large',
      bytes: LARGEST_RELEASE_BYTES + 10,
      most: LARGEST_RELEASE_BYTES,
    })
  })
})
