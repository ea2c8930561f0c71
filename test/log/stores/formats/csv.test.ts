import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import Papa from 'papaparse'
import type { LogEntry, RunRecord } from '../../../../src/log/entry.ts'
import type { Store } from '../../../../src/log/store.ts'
import type { LogProblem } from '../../../../src/log/store-problem.ts'
import { createCsvStore, csvFormat } from '../../../../src/log/stores/formats/csv.ts'
import { checkProperty } from '../../../support/property.ts'
import { describeStore, newPathsIn, note, record } from '../../../support/stores/store-laws.ts'

const { newPath } = newPathsIn('csv', 'csv')

const pathOf = (store: Store) => store.name.slice('csv:'.length)

describeStore('createCsvStore', {
  create: () => createCsvStore(newPath()),
  reopen: (store) => createCsvStore(pathOf(store)),
})

async function reading(path: string): Promise<{ entries: readonly LogEntry[]; problems: LogProblem[] }> {
  const problems: LogProblem[] = []
  const store = createCsvStore(path, { onProblem: (problem) => problems.push(problem) })
  try {
    return { entries: await store.load(), problems }
  } finally {
    await store.close()
  }
}

async function written(entries: readonly LogEntry[]): Promise<string> {
  const path = newPath()
  const store = createCsvStore(path)
  await store.append(entries)
  await store.close()
  return path
}

describe('csvFormat', () => {
  test('the columns of a row hold what a user searches for, in the units of Rocketry', () => {
    const failed: RunRecord = {
      ...record(7, 'fetch, "daily"', 'fail', { at: 1_774_742_400_123 }),
      start: 1_774_742_400_000,
      end: 1_774_742_400_123,
      runtimeMs: 123.25,
      error: { name: 'TypeError', message: 'no\nrows', stack: 'TypeError: no\n  at x' },
    }
    const line = csvFormat.encode(failed)
    expect(line.trimEnd()).not.toContain('\n')
    const { data } = Papa.parse<Record<string, string>>(csvFormat.first + line, { header: true })
    expect(data[0]).toMatchObject({
      created: '1774742400.123',
      task_name: 'fetch, "daily"',
      action: 'fail',
      start: '1774742400',
      end: '1774742400.123',
      runtime: '0.12325',
      exc_text: 'TypeError: no\\n  at x',
      seq: '7',
    })
    expect(csvFormat.decode(Buffer.from(line.trimEnd()))).toEqual(failed)
  })

  test('decode returns what encode was given, for any texts and numbers', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('', '=1+1', 'a,b', '"', 'x\r\ny', '\0', '\ud800', ' '))
    const ms = fc.oneof(fc.integer({ min: 0, max: 4e12 }), fc.double({ min: 0, max: 4e12, noNaN: true }))
    const entries = fc.record(
      {
        seq: fc.nat(),
        task: text,
        runId: text,
        action: fc.constantFrom('run', 'success', 'fail'),
        at: ms,
        start: ms,
        end: ms,
        runtimeMs: ms,
        reason: text,
        error: fc.record({ name: text, message: text }),
        value: fc.jsonValue(),
      },
      { requiredKeys: ['seq', 'task', 'runId', 'action', 'at'] },
    )
    checkProperty(
      fc.property(entries, (entry) => {
        const json = JSON.parse(JSON.stringify(entry)) as LogEntry
        const line = Buffer.from(csvFormat.encode(json))
        expect(line.indexOf(10)).toBe(line.length - 1)
        expect(csvFormat.decode(line.subarray(0, -1))).toEqual(json)
      }),
      { runs: 300 },
    )
    for (const entry of [note(1), note(2, '', { data: { x: 1 }, message: 'a\nb' })]) {
      expect(csvFormat.decode(Buffer.from(csvFormat.encode(entry).trimEnd()))).toEqual(entry)
    }
  })
})

describe('csvFormat in a spreadsheet', () => {
  const evil = [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    ' =1',
    "'=1",
    '＝1+1',
    'a;=1+1',
    'a\t=1',
    'a; "=1',
    ';',
    "'",
    'json:=1',
  ]
  /** True for a cell that a spreadsheet would evaluate as a formula. Numbers are not formulas. */
  const isFormula = (cell: string) => /^\s*[=+\-@\t\r＝＋－＠]/u.test(cell) && Number.isNaN(Number(cell))

  test('no text becomes a formula, at any split of the row, and each is decoded unchanged', () => {
    const text = fc
      .array(fc.oneof(fc.constantFrom(...evil), fc.string()), { maxLength: 3 })
      .map((parts) => parts.join(''))
    const entries = fc.record({
      seq: fc.nat(),
      task: text,
      runId: text,
      action: fc.constantFrom('run', 'fail'),
      at: fc.integer({ min: -5, max: 4e12 }),
      reason: text,
      error: fc.record({ name: text, message: text, stack: text }),
      params: fc.dictionary(text, text),
      value: text,
    })
    const notes = fc.record({
      seq: fc.nat(),
      note: fc.constant('audit'),
      at: fc.nat(),
      task: text,
      message: text,
      data: text,
    })
    checkProperty(
      fc.property(fc.oneof(entries, notes), (entry) => {
        const json = JSON.parse(JSON.stringify(entry)) as LogEntry
        const line = csvFormat.encode(json).slice(0, -1)
        expect(csvFormat.decode(Buffer.from(line))).toEqual(json)
        for (const delimiter of [',', ';', '\t']) {
          const { data } = Papa.parse<string[]>(line, { delimiter })
          expect(data.flat().filter(isFormula)).toEqual([])
        }
        // A spreadsheet that recognizes quotes only at the start of a cell.
        expect(line.split(/[;\t]/u).filter(isFormula)).toEqual([])
      }),
      { runs: 500 },
    )
  })

  test('a text that is not a formula is written unchanged', () => {
    const line = csvFormat.encode(record(1, 'fetch; a-b, c=d', 'run', { runId: 'x@y' }))
    expect(line).toContain('"fetch; a-b, c=d",run,x@y,')
  })
})

describe('csvFormat detects damage', () => {
  test('any bit of a row flipped: the row is refused, or decodes to the same record', () => {
    const rows: LogEntry[] = [
      record(12, 'a, "b" ü', 'fail', {
        start: 5,
        end: 1_500,
        runtimeMs: 3.5,
        reason: 'x;y',
        error: { name: 'Error', message: 'no\nrows', stack: 'at x' },
      }),
      record(7),
      note(3, 'a', { message: 'm', data: [1] }),
    ]
    for (const entry of rows) {
      const line = Buffer.from(csvFormat.encode(entry)).subarray(0, -1)
      for (let bit = 0; bit < line.length * 8; bit++) {
        const flipped = Buffer.from(line)
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        // A flipped bit may make a line end, and so two rows.
        const found = flipped
          .toString('latin1')
          .split('\n')
          .map((part) => csvFormat.decode(Buffer.from(part, 'latin1')))
        for (const decoded of found) if (decoded !== undefined) expect(decoded).toEqual(entry)
      }
    }
  })

  test('a row whose cells were changed is set aside; a row with an empty or no checksum is accepted', async () => {
    const path = await written([1, 2, 3, 4].map((seq) => record(seq)))
    const lines = readFileSync(path, 'utf8').split('\n')
    const changed = (line: string) => line.replace(',a,', ',b,')
    lines[1] = changed(lines[1]!)
    lines[2] = changed(lines[2]!).replace(/,x[0-9a-f]{8}$/, ',')
    lines[3] = changed(lines[3]!).replace(/,x[0-9a-f]{8}$/, '')
    writeFileSync(path, lines.join('\n'))
    const { entries, problems } = await reading(path)
    expect(entries.map((entry) => [entry.seq, entry.task])).toEqual([
      [2, 'b'],
      [3, 'b'],
      [4, 'a'],
    ])
    expect(problems).toMatchObject([{ kind: 'bad line', message: expect.stringContaining('(line 2)') }])
    expect(readFileSync(problems[0]!.movedTo!, 'utf8')).toBe(`${lines[1]}\n`)
    expect(await reading(path)).toEqual({ entries, problems: [] })
  })

  test('a file that another program has requoted, with a byte order mark, is equivalent', async () => {
    const path = await written([
      record(1, 'a b'),
      record(2, '=c;d', 'fail', { error: { name: 'E', message: 'm' } }),
    ])
    const before = (await reading(path)).entries
    const { data } = Papa.parse<string[]>(readFileSync(path, 'utf8').trimEnd())
    const [first, ...rest] = data
    writeFileSync(path, `\ufeff${first!.join(',')}\r\n${Papa.unparse(rest, { quotes: true })}\r\n`)
    expect(await reading(path)).toEqual({ entries: before, problems: [] })
  })

  test('a file without checksums is read, and has them after it was open', async () => {
    const path = newPath()
    const old = csvFormat.first.replace(',crc', '')
    const more = '"{""period"":{""start"":0,""end"":10}}"'
    writeFileSync(path, `${old}1,=fetch,run,x,,,,,1,\n2,=fetch,success,x,,,,,2,${more}\n`)
    const { entries, problems } = await reading(path)
    expect(problems).toEqual([])
    expect(entries).toMatchObject([
      { seq: 1, task: '=fetch' },
      { seq: 2, action: 'success', period: { start: 0, end: 10 } },
    ])
    const text = readFileSync(path, 'utf8')
    expect(text.startsWith(csvFormat.first)).toBe(true)
    expect(text).not.toContain(',=fetch')
    expect(text.trimEnd().split('\n').slice(1)).toEqual(
      expect.arrayContaining([expect.stringMatching(/,x[0-9a-f]{8}$/)]),
    )
    expect(await reading(path)).toEqual({ entries, problems: [] })
  })
})

describe('createCsvStore repairs', () => {
  test('a torn tail, cut at every byte of the last two records: only the torn record is lost', async () => {
    const path = await written([1, 2, 3].map((seq) => record(seq, 'a, "b"', 'success', { reason: 'x' })))
    const whole = readFileSync(path)
    const lineEnds = [...whole.keys()].filter((i) => whole[i] === 10).map((i) => i + 1)
    for (let size = lineEnds[1]!; size <= whole.length; size++) {
      writeFileSync(path, whole.subarray(0, size))
      const { entries, problems } = await reading(path)
      expect(entries).toHaveLength(lineEnds.filter((end) => end <= size).length - 1)
      expect(problems.map((problem) => problem.kind)).toEqual(lineEnds.includes(size) ? [] : ['torn tail'])
    }
  })

  test('a file that was cut short while it was created', async () => {
    for (let size = 0; size < csvFormat.first.length; size += 7) {
      const path = newPath()
      writeFileSync(path, csvFormat.first.slice(0, size))
      expect(await reading(path)).toEqual({ entries: [], problems: [] })
    }
  })

  test('invalid rows, which are moved aside without loss of the others', async () => {
    const path = await written([1, 2, 3, 4].map((seq) => record(seq)))
    const lines = readFileSync(path, 'utf8').split('\n')
    lines[2] = `"${lines[2]!}`
    lines[3] = lines[3]!.replace('run', 'walk')
    writeFileSync(path, lines.join('\n'))
    const { entries, problems } = await reading(path)
    expect(entries.map((entry) => entry.seq)).toEqual([1, 4])
    expect(problems).toMatchObject([{ kind: 'bad line' }])
    expect(readFileSync(problems[0]!.movedTo!, 'utf8')).toContain('walk')
    expect((await reading(path)).problems).toEqual([])
  })

  test('line ends that an editor has changed', async () => {
    const path = await written([record(1), record(2)])
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('\n', '\r\n'))
    expect((await reading(path)).entries).toEqual([record(1), record(2)])
  })
})

describe('createCsvStore imports a log of Rocketry', () => {
  const instant = Date.UTC(2022, 6, 1, 7)
  async function imported(text: string) {
    const path = newPath()
    writeFileSync(path, text)
    const first = await reading(path)
    const again = await reading(path)
    expect(again).toEqual({ entries: first.entries, problems: [] })
    expect(readFileSync(first.problems[0]!.movedTo!, 'utf8')).toBe(text)
    return first
  }

  test('of minimal records: ends are matched to starts, and a run without an end remains open', async () => {
    const seconds = instant / 1_000
    const { entries, problems } = await imported(
      `task_name,action,created\nfetch,run,${seconds}\nfetch,success,${seconds + 1.5}\nreport,run,${seconds + 2}\n`,
    )
    expect(entries).toEqual([
      { seq: 1, task: 'fetch', runId: 'imported-1', action: 'run', at: instant },
      { seq: 2, task: 'fetch', runId: 'imported-1', action: 'success', at: instant + 1_500 },
      { seq: 3, task: 'report', runId: 'imported-2', action: 'run', at: instant + 2_000 },
    ])
    expect(problems).toMatchObject([{ kind: 'imported', message: expect.stringContaining('3 records') }])
  })

  test('of log records with run ids, times and tracebacks, columns in any order; other rows are counted', async () => {
    const header = 'created,name,action,levelname,exc_text,task_name,run_id,start,end,runtime\n'
    const trace = '"Traceback (most recent call last):\n  File ""x.py"", line 1\nValueError: no, rows"'
    const { entries, problems } = await imported(
      `${header}1656658800.25,rocketry.task,run,INFO,,fetch,7,1656658800.25,,\r\n` +
        `1656658801,rocketry.task,fail,ERROR,${trace},fetch,7,1656658800.25,1656658801,0.75\r\n` +
        '1656658802,rocketry.scheduler,setup,INFO,,,,,,\r\n',
    )
    expect(entries).toEqual([
      {
        seq: 1,
        task: 'fetch',
        runId: '7',
        action: 'run',
        at: 1_656_658_800_250,
        start: 1_656_658_800_250,
      },
      {
        seq: 2,
        task: 'fetch',
        runId: '7',
        action: 'fail',
        at: 1_656_658_801_000,
        start: 1_656_658_800_250,
        end: 1_656_658_801_000,
        runtimeMs: 750,
        error: { name: 'ValueError', message: 'no, rows', stack: expect.stringContaining('line 1') },
      },
    ])
    expect(problems[0]!.message).toContain('2 records, 1 invalid rows skipped')
  })

  test('of task records with dates and durations as Python prints them, in the zone of the system', async () => {
    const { entries } = await imported(
      'task_name,action,created,start,end,runtime\n' +
        'fetch,success,1656658803.0,2022-07-01 07:00:00,2022-07-01 07:00:03.250000,"1 day, 0:00:03.250000"\n',
    )
    expect(entries[0]).toMatchObject({
      start: new Date(2022, 6, 1, 7).getTime(),
      end: new Date(2022, 6, 1, 7, 0, 3, 250).getTime(),
      runtimeMs: 86_403_250,
    })
  })

  test('and continues after it', async () => {
    const path = newPath()
    writeFileSync(path, 'task_name,action,created\nfetch,run,1656658800\n')
    const store = createCsvStore(path, { onProblem: () => {} })
    await store.load()
    await store.append([{ ...record(2, 'fetch', 'crash'), runId: 'imported-1' }])
    await store.close()
    expect((await reading(path)).entries.map((entry) => entry.seq)).toEqual([1, 2])
  })

  test('but refuses another CSV file, which it leaves unchanged', async () => {
    const path = newPath()
    writeFileSync(path, 'name,age\nx,1\n')
    await expect(reading(path)).rejects.toMatchObject({
      code: 'GANTRY_RUN_LOG',
      message: expect.stringMatching(/must hold a run log in CSV: it holds something else/),
    })
    expect(readFileSync(path, 'utf8')).toBe('name,age\nx,1\n')
    expect(existsSync(`${path}.lock`)).toBe(false)
  })
})
