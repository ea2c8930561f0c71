/** A disk without room, which a test can't have for real: the one function that writes is replaced by one that writes half. */
import { mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, jest, test } from '@jest/globals'
import { record } from './store-laws.ts'

const folder = mkdtempSync(join(tmpdir(), 'gantry-jsonl-full-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const real = await import('../../src/log/file-io.ts')
let full = false
jest.unstable_mockModule('../../src/log/file-io.ts', () => ({
  ...real,
  writeAll: async (fd: number, bytes: Buffer, place: number) => {
    if (!full) return real.writeAll(fd, bytes, place)
    writeSync(fd, bytes, 0, bytes.length >> 1, place)
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  },
}))
const { createJsonlStore } = await import('../../src/log/jsonl.ts')

test('createJsonlStore on a full disk: the append rejects with the path, leaves nothing, and works again with room', async () => {
  const path = join(folder, 'log.jsonl')
  const store = createJsonlStore(path)
  await store.append([record(1)])
  const before = readFileSync(path, 'utf8')

  full = true
  const refused = {
    code: 'GANTRY_RUN_LOG',
    message: expect.stringMatching(/log\.jsonl' as the disk must have room/),
  }
  await expect(store.append([record(2), record(3)])).rejects.toMatchObject(refused)
  expect(readFileSync(path, 'utf8')).toBe(before)
  expect(await store.query({})).toHaveLength(1)
  // A log that can't be written anew stays as it is, and says so.
  await expect(store.prune({ maxTotal: 0, maxPerTask: 0 }, 0)).resolves.toBe(0)

  full = false
  await store.append([record(4)])
  await store.close()
  const again = createJsonlStore(path)
  expect((await again.load()).map((entry) => entry.seq)).toEqual([1, 4])
  await again.close()
})

test('createJsonlStore on a full disk: prune rejects, and the old file goes on', async () => {
  const path = join(folder, 'prune.jsonl')
  const store = createJsonlStore(path)
  await store.append([record(1), record(2), record(3)])
  full = true
  await expect(store.prune({ maxPerTask: 1 }, 0)).rejects.toMatchObject({ code: 'GANTRY_RUN_LOG' })
  full = false
  await store.append([record(4)])
  await store.close()
  const again = createJsonlStore(path)
  expect((await again.load()).map((entry) => entry.seq)).toEqual([1, 2, 3, 4])
  await again.close()
})
