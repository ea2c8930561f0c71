/** The path and the length of a WAL, observed by a handle. */
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from '@jest/globals'
import { SqliteWal } from '../../../../src/log/stores/sqlite/wal.ts'
import { newPathsIn } from '../../../support/stores/store-laws.ts'

const { newPath } = newPathsIn('sqlite-wal', 'd')

function opened(): { readonly path: string; readonly wal: SqliteWal } {
  const folder = newPath()
  mkdirSync(folder)
  const path = join(folder, 'runs.db-wal')
  writeFileSync(path, 'abc')
  return { path, wal: new SqliteWal(path) }
}

const acts: Readonly<Record<string, [isThere: boolean, act: (path: string) => void]>> = {
  unchanged: [true, () => {}],
  'written to': [true, (path) => appendFileSync(path, 'd')],
  deleted: [false, (path) => unlinkSync(path)],
  'deleted, with another file of its name': [
    false,
    (path) => {
      unlinkSync(path)
      writeFileSync(path, 'abc')
    },
  ],
  moved: [false, (path) => renameSync(path, `${path}-moved`)],
  'moved and back': [
    true,
    (path) => {
      renameSync(path, `${path}-moved`)
      renameSync(`${path}-moved`, path)
    },
  ],
  'replaced by another file': [
    false,
    (path) => {
      writeFileSync(`${path}-new`, 'abc')
      renameSync(`${path}-new`, path)
    },
  ],
  'deleted with its folder': [false, (path) => rmSync(dirname(path), { recursive: true })],
  'moved with its folder': [false, (path) => renameSync(dirname(path), `${dirname(path)}-moved`)],
  'moved with its folder, which a link leads to': [
    true,
    (path) => {
      renameSync(dirname(path), `${dirname(path)}-moved`)
      symlinkSync(`${dirname(path)}-moved`, dirname(path))
    },
  ],
}

test.each(Object.entries(acts))('SqliteWal.isThere of a WAL %s', (_, [isThere, act]) => {
  const { path, wal } = opened()
  act(path)
  expect(wal.isThere()).toBe(isThere)
  wal.close()
  expect(wal.isThere()).toBe(false)
})

test('SqliteWal: isLongerThan and size', () => {
  const { path, wal } = opened()
  expect([wal.size, wal.isLongerThan(2), wal.isLongerThan(3)]).toEqual([3, true, false])
  appendFileSync(path, 'd')
  expect([wal.size, wal.isLongerThan(3)]).toEqual([4, true])
  wal.close()
  wal.close()
  expect([wal.size, wal.isLongerThan(0)]).toEqual([0, false])
})

test('SqliteWal: empty if there is no file', () => {
  const wal = new SqliteWal(newPath())
  expect([wal.size, wal.isLongerThan(0), wal.isThere()]).toEqual([0, false, false])
})
