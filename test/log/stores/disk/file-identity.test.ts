import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import {
  comparePath,
  isSameFile,
  realPathOf,
  stateAt,
  stateOfOpen,
} from '../../../../src/log/stores/disk/file-identity.ts'
import { newPathsIn } from '../../../support/stores/store-laws.ts'

const { folder, newPath } = newPathsIn('identity', 'txt')

test('comparePath distinguishes a file that was moved, deleted or replaced from one that is in place', () => {
  const path = newPath()
  writeFileSync(path, 'x')
  const fd = openSync(path, 'r')
  const opened = stateOfOpen(fd)
  expect(opened).toMatchObject({ size: 1, links: 1, isFile: true })
  expect(comparePath(path, opened)).toBe('same')
  renameSync(path, `${path}.1`)
  expect(comparePath(path, opened)).toBe('missing')
  writeFileSync(path, 'x')
  expect(comparePath(path, opened)).toBe('other')
  unlinkSync(`${path}.1`)
  expect(stateOfOpen(fd).links).toBe(0)
  closeSync(fd)
  expect(comparePath(join(path, 'below a file'), opened)).toBe('missing')
})

test('realPathOf and isSameFile: symbolic links, linked folders and dots lead to one path, hard links to one file', () => {
  const path = newPath()
  writeFileSync(path, 'x')
  const [link, hard, linked] = [newPath(), newPath(), newPath()]
  symlinkSync(path, link)
  linkSync(path, hard)
  symlinkSync(folder, linked)
  const name = path.slice(folder.length + 1)
  for (const other of [link, join(linked, name), `${folder}/../${folder.split('/').at(-1)}/${name}`])
    expect(realPathOf(other)).toBe(realPathOf(path))
  expect(realPathOf(hard)).not.toBe(realPathOf(path))
  expect(isSameFile(stateAt(hard)!, stateAt(path)!)).toBe(true)
  expect(stateAt(path)!.links).toBe(2)
})

test('realPathOf follows a link to a file that does not exist yet', () => {
  const below = newPath()
  mkdirSync(below)
  const link = newPath()
  symlinkSync(join(below, 'log'), link)
  expect(realPathOf(link)).toBe(realPathOf(join(below, 'log')))
  expect(stateAt(link)).toBeNull()
})
