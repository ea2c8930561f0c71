import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, jest, test } from '@jest/globals'
import type { LogEntry } from '../../../../src/log/entry.ts'
import type { Store } from '../../../../src/log/store.ts'
import type { LogProblem } from '../../../../src/log/store-problem.ts'
import { header } from '../../../../src/log/stores/file/line-format.ts'
import { createCsvStore } from '../../../../src/log/stores/formats/csv.ts'
import { createJsonlStore, encodeLine } from '../../../../src/log/stores/formats/jsonl.ts'
import { describeStore, newPathsIn, note, record } from '../../../support/stores/store-laws.ts'

const { folder, newPath } = newPathsIn('jsonl', 'jsonl')

const pathOf = (store: Store) => store.name.slice('jsonl:'.length)

describeStore('createJsonlStore', {
  create: () => createJsonlStore(newPath()),
  reopen: (store) => createJsonlStore(pathOf(store)),
})

/** Opens a log, reads all entries, closes it; returns the entries and the reported problems. */
async function reading(path: string): Promise<{ entries: readonly LogEntry[]; problems: LogProblem[] }> {
  const problems: LogProblem[] = []
  const store = createJsonlStore(path, { onProblem: (problem) => problems.push(problem) })
  try {
    const entries = await store.load()
    return { entries, problems }
  } finally {
    await store.close()
  }
}

async function written(entries: readonly LogEntry[]): Promise<string> {
  const path = newPath()
  const store = createJsonlStore(path)
  await store.append(entries)
  await store.close()
  return path
}

const seqs = (entries: readonly LogEntry[]) => entries.map((entry) => entry.seq)

test.each([
  ['JSON lines', createJsonlStore],
  ['CSV', createCsvStore],
])('a file of %s does not grow with the number of states of a workflow', async (_, create) => {
  const path = newPath()
  const state = (seq: number) => note(seq, 'a', { note: 'workflow', runId: 'x', data: 'x'.repeat(20_000) })
  const store = create(path)
  await store.append([record(1, 'a', 'run', { runId: 'x' })])
  let largest = 0
  for (let seq = 2; seq < 300; seq++) {
    await store.append([state(seq)])
    largest = Math.max(largest, statSync(path).size)
  }
  await store.close()
  expect(largest).toBeLessThan(1_400_000)
  // The replaced states of an earlier process count as well.
  const again = create(path)
  expect((await again.load()).map(({ seq }) => seq)).toEqual([1, 299])
  for (let seq = 300; seq < 360; seq++) await again.append([state(seq)])
  await again.close()
  expect(statSync(path).size).toBeLessThan(1_400_000)
  const last = create(path)
  expect((await last.load()).map(({ seq }) => seq)).toEqual([1, 359])
  await last.close()
})

describe('createJsonlStore repairs', () => {
  test('a torn tail, cut at every byte of the last three records: only the torn record is lost', async () => {
    const path = await written([1, 2, 3, 4, 5].map((seq) => record(seq)))
    const whole = readFileSync(path)
    const lineEnds = [...whole.keys()].filter((i) => whole[i] === 10).map((i) => i + 1)
    for (let size = lineEnds[2]!; size <= whole.length; size++) {
      writeFileSync(path, whole)
      truncateSync(path, size)
      const complete = lineEnds.filter((end) => end <= size).length - 1
      const { entries, problems } = await reading(path)
      expect(seqs(entries)).toEqual([1, 2, 3, 4, 5].slice(0, complete))
      expect(problems.map((problem) => problem.kind)).toEqual(lineEnds.includes(size) ? [] : ['torn tail'])
      // Repaired permanently: a second open finds nothing, and appends continue after the last valid line.
      expect((await reading(path)).problems).toEqual([])
    }
  })

  test('a file that was cut short while it was created, at every byte of its first line', async () => {
    const first = encodeLine(header)
    for (let size = 0; size < first.length; size++) {
      const path = newPath()
      writeFileSync(path, first.slice(0, size))
      const store = createJsonlStore(path)
      await store.append([record(1)])
      await store.close()
      expect(seqs((await reading(path)).entries)).toEqual([1])
    }
  })

  test.each([1, 2, 4, 5])(
    'line %i of five damaged: it is moved aside, reported once, and the rest is kept',
    async (line) => {
      const path = await written([1, 2, 3, 4].map((seq) => record(seq)))
      const lines = readFileSync(path, 'utf8').split('\n')
      const bad = lines[line - 1]!.replace(/.(?=.{10}$)/, '#')
      lines[line - 1] = bad
      writeFileSync(path, lines.join('\n'))
      writeFileSync(`${path}.bad-1`, 'an earlier one')
      const { entries, problems } = await reading(path)
      expect(seqs(entries)).toEqual([1, 2, 3, 4].filter((seq) => seq !== line - 1))
      expect(problems).toMatchObject([{ kind: 'bad line', movedTo: `${path}.bad-2` }])
      expect(problems[0]?.message).toContain(`(line ${line})`)
      expect(readFileSync(`${path}.bad-2`, 'utf8')).toBe(`${bad}\n`)
      expect(await reading(path)).toEqual({ entries, problems: [] })
    },
  )

  test('any byte damaged: the file opens or is refused, and no other line is lost', async () => {
    const path = await written([1, 2, 3].map((seq) => record(seq)))
    const whole = readFileSync(path)
    for (let place = 0; place < whole.length; place += 7) {
      const bytes = Buffer.from(whole)
      bytes[place] = bytes[place]! ^ 0x15
      writeFileSync(path, bytes)
      const { entries } = await reading(path)
      expect(entries.length).toBeGreaterThanOrEqual(whole[place] === 10 ? 1 : 2)
    }
  })

  test('reports by a process warning if there is no listener', async () => {
    const path = await written([record(1)])
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"crc"`)
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const store = createJsonlStore(path)
    await store.load()
    await store.close()
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('was cut short'), { code: 'GANTRY_RUN_LOG' })
    warn.mockRestore()
  })
})

describe('createJsonlStore refuses', () => {
  const code = 'GANTRY_RUN_LOG'

  test('a file that is not a run log, and leaves it unchanged', async () => {
    const path = newPath()
    for (const text of ['name,price\na,1\n', 'hello', '{"crc":"00000000","entry":{}}\n', '\n']) {
      writeFileSync(path, text)
      await expect(reading(path)).rejects.toMatchObject({ code, message: expect.stringContaining(path) })
      expect(readFileSync(path, 'utf8')).toBe(text)
    }
  })

  test('a file of another version, and names it', async () => {
    const path = newPath()
    writeFileSync(path, encodeLine({ ...header, version: 2 }) + encodeLine(record(1)))
    await expect(reading(path)).rejects.toThrow(/must be version 1: version 2/)
  })

  test('a folder, and a path below a file', async () => {
    const path = newPath()
    mkdirSync(path)
    await expect(reading(path)).rejects.toMatchObject({
      code,
      message: expect.stringContaining('must be a file'),
    })
    const file = await written([])
    await expect(reading(join(file, 'log.jsonl'))).rejects.toMatchObject({ code })
  })

  test('a device, which may have no end, and releases the lock', async () => {
    const path = newPath()
    symlinkSync('/dev/zero', path)
    await expect(reading(path)).rejects.toMatchObject({
      code,
      message: expect.stringContaining('must be a file'),
    })
    expect(existsSync(`${path}.lock`)).toBe(false)
  })

  test('an entry that is not JSON, and continues', async () => {
    const path = newPath()
    const store = createJsonlStore(path)
    expect(() => store.append([record(1), record(2, 'a', 'success', { value: 1n })])).toThrow(
      /append to run log/,
    )
    await store.append([record(3)])
    await store.close()
    expect(seqs((await reading(path)).entries)).toEqual([3])
  })

  test('an invalid path with a TypeError', () => {
    expect(() => createJsonlStore('')).toThrow(TypeError)
  })
})

describe('createJsonlStore has one writer', () => {
  test('a second store of this process is refused with the process named, and may open once the first is closed', async () => {
    const path = newPath()
    const first = createJsonlStore(path)
    await first.load()
    await expect(reading(path)).rejects.toThrow(/this process on/)
    await first.append([record(1)])
    await first.close()
    expect(seqs((await reading(path)).entries)).toEqual([1])
  })

  test('another live process is refused by its id, and its lock is taken over once it is dead', async () => {
    const path = await written([record(1)])
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    const owner = { pid: child.pid, host: hostname(), born: null, token: 'x' }
    writeFileSync(`${path}.lock`, JSON.stringify(owner))
    await expect(reading(path)).rejects.toThrow(`process ${child.pid} on ${hostname()}`)
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
    expect(seqs((await reading(path)).entries)).toEqual([1])
  })

  test('a process with the reused id of a dead one is not mistaken for it', async () => {
    const path = await written([record(1)])
    const owner = { pid: process.pid, host: hostname(), born: 'another time', token: 'x' }
    writeFileSync(`${path}.lock`, JSON.stringify(owner))
    expect(seqs((await reading(path)).entries)).toEqual([1])
  })

  test('a lock of another host is not touched', async () => {
    const path = await written([])
    writeFileSync(
      `${path}.lock`,
      JSON.stringify({ pid: 4_194_301, host: 'elsewhere', born: null, token: 'x' }),
    )
    await expect(reading(path)).rejects.toThrow(`delete '${path}.lock'`)
  })

  test('an empty lock is taken over, and no file is left behind', async () => {
    const path = await written([record(1)])
    writeFileSync(`${path}.lock`, '')
    expect(seqs((await reading(path)).entries)).toEqual([1])
    const own = readdirSync(folder).filter((name) => join(folder, name).startsWith(path))
    expect(own.filter((name) => name.includes('.lock'))).toEqual([])
  })
})

describe('createJsonlStore writes', () => {
  test('entries appended in one turn with one write, in order', async () => {
    const path = newPath()
    const store = createJsonlStore(path)
    const order: number[] = []
    const first = store.append([record(1)])
    const second = store.append([record(2)])
    expect(first).toBe(second)
    await Promise.all([first, second])
    await Promise.all(
      [3, 4, 5].map(async (seq) => {
        await store.append([record(seq)])
        order.push(seq)
      }),
    )
    expect(order).toEqual([3, 4, 5])
    await store.close()
    expect(seqs((await reading(path)).entries)).toEqual([1, 2, 3, 4, 5])
  })

  test('pending entries on close', async () => {
    const path = newPath()
    const store = createJsonlStore(path)
    void store.append([record(1)])
    await store.close()
    expect(seqs((await reading(path)).entries)).toEqual([1])
    expect(existsSync(`${path}.lock`)).toBe(false)
  })

  test('a new file when most of it is past the retention, while appends continue', async () => {
    const path = newPath()
    const store = createJsonlStore(path, { retention: { maxPerTask: 10 } })
    for (let seq = 1; seq <= 40_000; seq += 100)
      await store.append(Array.from({ length: 100 }, (_, i) => record(seq + i, 'a', 'success')))
    await store.close()
    expect(statSync(path).size).toBeLessThan(20_000 * 110)
    const { entries } = await reading(path)
    expect(entries.at(-1)?.seq).toBe(40_000)
    expect(existsSync(`${path}.tmp`)).toBe(false)
  })

  test('in folders that it creates', async () => {
    const path = join(folder, 'deep', 'er', 'log.jsonl')
    const store = createJsonlStore(path)
    await store.append([record(1)])
    await store.close()
    expect(seqs((await reading(path)).entries)).toEqual([1])
  })
})
