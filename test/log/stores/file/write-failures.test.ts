/**
 * A full disk and a slow one, which a test cannot have for real: the one function that writes is replaced by one that stops
 * halfway.
 */
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, jest, test } from '@jest/globals'
import type { RunRecord } from '../../../../src/log/entry.ts'
import { filesRoot, record } from '../../../support/stores/store-laws.ts'

const folder = mkdtempSync(join(filesRoot, 'gantry-jsonl-full-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const real = await import('../../../../src/log/stores/disk/file-io.ts')
let full = false
/** While set, writes stop halfway and wait for it. */
let gate: Promise<void> | null = null
let arrived = () => {}
jest.unstable_mockModule('../../../../src/log/stores/disk/file-io.ts', () => ({
  ...real,
  writeAll: async (fd: number, bytes: Buffer, place: number) => {
    if (gate !== null) {
      writeSync(fd, bytes, 0, bytes.length >> 1, place)
      arrived()
      await gate
    }
    if (!full) return real.writeAll(fd, bytes, place)
    writeSync(fd, bytes, 0, bytes.length >> 1, place)
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  },
}))
// Not before: a module that is loaded already keeps the real functions.
const { createJsonlStore, decodeLine } = await import('../../../../src/log/stores/formats/jsonl.ts')

/** Stops the next write halfway; resolves when it has, with a function that lets it continue. */
async function heldHalfWay(act: () => void): Promise<() => void> {
  let release!: () => void
  const isThere = new Promise<void>((resolve) => {
    arrived = resolve
  })
  gate = new Promise<void>((resolve) => {
    release = () => {
      gate = null
      resolve()
    }
  })
  act()
  await isThere
  return release
}

const seqsIn = (path: string) =>
  readFileSync(path)
    .toString()
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => (decodeLine(Buffer.from(line)) as RunRecord | undefined)?.seq)

async function seqsAfterReopening(path: string): Promise<number[]> {
  const problems: unknown[] = []
  const store = createJsonlStore(path, { onProblem: (problem) => problems.push(problem) })
  const seqs = (await store.load()).map((entry) => entry.seq)
  await store.close()
  expect(problems).toEqual([])
  return seqs
}

test('createJsonlStore.flushSync writes the half-written and the waiting entries, each once and in order', async () => {
  const path = join(folder, 'flush.jsonl')
  const store = createJsonlStore(path)
  await store.append([record(1)])
  const promises: unknown[] = []
  const release = await heldHalfWay(() => promises.push(store.append([record(2)])))
  promises.push(store.append([record(3)]))
  store.flushSync!()
  // Read without the store, as if the process had ended here.
  expect(seqsIn(path)).toEqual([1, 2, 3])
  store.flushSync!()
  release()
  await Promise.all(promises)
  await store.append([record(4)])
  expect((await store.load()).map((entry) => entry.seq)).toEqual([1, 2, 3, 4])
  await store.close()
  expect(await seqsAfterReopening(path)).toEqual([1, 2, 3, 4])
})

test('createJsonlStore.flushSync: a later failure of the write in flight takes nothing back', async () => {
  const path = join(folder, 'late.jsonl')
  const store = createJsonlStore(path)
  let done: unknown
  const release = await heldHalfWay(() => {
    done = store.append([record(1)])
  })
  store.flushSync!()
  full = true
  release()
  await done
  full = false
  await store.append([record(2)])
  await store.close()
  expect(await seqsAfterReopening(path)).toEqual([1, 2])
})

test('createJsonlStore.flushSync during a rewrite: the flushed entries are in the new file', async () => {
  const path = join(folder, 'anew.jsonl')
  const store = createJsonlStore(path)
  await store.append([1, 2, 3].map((seq) => record(seq, 'a', 'success')))
  let pruned: unknown
  const release = await heldHalfWay(() => {
    pruned = store.prune({ maxPerTask: 1 }, 0)
  })
  const appended = store.append([record(4, 'a', 'success')])
  store.flushSync!()
  expect(seqsIn(path)).toEqual([1, 2, 3, 4])
  release()
  expect(await pruned).toBe(2)
  await appended
  await store.close()
  expect(await seqsAfterReopening(path)).toEqual([3, 4])
})

test.each<[string, (path: string) => void]>([
  ['moved', (path) => renameSync(path, `${path}.1`)],
  ['deleted', (path) => rmSync(path)],
  ['truncated', (path) => truncateSync(path)],
  ['truncated and filled', (path) => writeFileSync(path, Buffer.alloc(statSync(path).size))],
])(
  'createJsonlStore: a file that is %s during a write is restored before the write is acknowledged',
  async (how, disturb) => {
    const path = join(folder, `under-${how}.jsonl`)
    for (const isFlushed of [false, true]) {
      rmSync(path, { force: true })
      const problems: string[] = []
      const store = createJsonlStore(path, { onProblem: ({ kind }) => problems.push(kind) })
      await store.append([record(1)])
      let done: unknown
      const release = await heldHalfWay(() => {
        done = store.append([record(2)])
      })
      disturb(path)
      let other = -1
      // An apparent end of the process: the write continues after it.
      if (isFlushed && how !== 'truncated and filled') {
        store.flushSync!()
        expect(seqsIn(path)).toEqual([1, 2])
        // If the old descriptor were free by now, this file would get its number.
        other = openSync(join(folder, 'other'), 'w+')
      }
      release()
      await done
      expect(problems).toEqual(['displaced'])
      expect(seqsIn(path)).toEqual([1, 2])
      await store.append([record(3)])
      await store.close()
      expect(await seqsAfterReopening(path)).toEqual([1, 2, 3])
      if (other < 0) continue
      closeSync(other)
      expect(statSync(join(folder, 'other')).size).toBe(0)
    }
  },
)

test('createJsonlStore: a write that cannot be restored leaves nothing in the moved file', async () => {
  const path = join(folder, 'back.jsonl')
  const problems: unknown[] = []
  const store = createJsonlStore(path, { onProblem: (problem) => problems.push(problem) })
  await store.append([record(1)])
  let done: unknown
  const release = await heldHalfWay(() => {
    done = store.append([record(2)])
  })
  renameSync(path, `${path}.1`)
  mkdirSync(path)
  release()
  await expect(done).rejects.toThrow(/Cannot restore run log .* must be a file/)
  expect(seqsIn(`${path}.1`)).toEqual([1])
  rmSync(path, { recursive: true })
  renameSync(`${path}.1`, path)
  await store.append([record(2)])
  await store.close()
  expect(problems).toEqual([])
  expect(await seqsAfterReopening(path)).toEqual([1, 2])
})

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
  // A log that cannot be rewritten remains as it is, and reports that.
  await expect(store.prune({ maxTotal: 0, maxPerTask: 0 }, 0)).resolves.toBe(0)

  full = false
  await store.append([record(4)])
  await store.close()
  const again = createJsonlStore(path)
  expect((await again.load()).map((entry) => entry.seq)).toEqual([1, 4])
  await again.close()
})

test('createJsonlStore on a full disk: prune rejects, and the old file remains in use', async () => {
  const path = join(folder, 'prune.jsonl')
  const store = createJsonlStore(path)
  await store.append([1, 2, 3].map((seq) => record(seq, 'a', 'success')))
  full = true
  await expect(store.prune({ maxPerTask: 1 }, 0)).rejects.toMatchObject({ code: 'GANTRY_RUN_LOG' })
  full = false
  await store.append([record(4)])
  await store.close()
  const again = createJsonlStore(path)
  expect((await again.load()).map((entry) => entry.seq)).toEqual([1, 2, 3, 4])
  await again.close()
})
