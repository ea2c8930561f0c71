/** Examples as built programs, each in a separate process. No test depends on their speed. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'

interface Options {
  readonly input?: string
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

interface Example {
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<{ readonly code: number | null; readonly out: string }>
  /** Resolves once the output matches; rejects if the program ends before. */
  printed(pattern: RegExp): Promise<void>
}

function begin(name: string, { input = '', args = [], env = {} }: Options = {}): Example {
  const child = spawn(process.execPath, [`dist/examples/${name}.js`, ...args], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  })
  let out = ''
  const listeners = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      out += chunk
      for (const listener of listeners) listener()
    })
  const ended = new Promise<{ code: number | null; out: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, out }))
  })
  child.stdin.end(input)
  const printed = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!pattern.test(out)) return
        listeners.delete(look)
        resolve()
      }
      listeners.add(look)
      look()
      void ended.then(() => reject(new Error(`${name} ended before it printed ${pattern}:\n${out}`)))
    })
  return { child, ended, printed }
}

const run = (name: string, options?: Options) => begin(name, options).ended

const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length

test('the examples are built before they are tested', () => {
  expect(existsSync('dist/examples/main/main.js')).toBe(true)
})

test('main: finds files, parses them, reports, retries, cleans up, and stops by Ctrl-C', async () => {
  const { child, ended, printed } = begin('main/main')
  await printed(/maintenance: success/)
  child.kill('SIGINT')
  const { code, out } = await ended
  expect(out).toContain('report: 7.80 in total, from 4 prices')
  expect(out).toContain('upload: fail (the server is busy (attempt 2))')
  expect(out).toContain('uploaded the total of 7.80 (attempt 3)')
  expect(count(out, /maintenance: success/g)).toBe(1)
  expect(out).toContain('stopped')
  expect(code).toBe(0)
})

test('main: a broken file is skipped once, and read again when it changes', async () => {
  const inbox = await mkdtemp(join(tmpdir(), 'gantry-inbox-'))
  const broken = join(inbox, 'broken.csv')
  await writeFile(broken, 'product,price\nfig,one\n')
  await writeFile(join(inbox, 'nuts.json'), '[{ "product": "nut", "price": 2 }]')
  const { child, ended, printed } = begin('main/main', { args: [inbox] })
  // The next scan of the folder, after the one whose report was uploaded, would find it again.
  await printed(/maintenance: success/)
  await writeFile(broken, 'product,price\nfig,1\n')
  await utimes(broken, new Date(), new Date(Date.now() + 60_000))
  await printed(/report: 3\.00 in total, from 2 prices/)
  child.kill('SIGINT')
  const { code, out } = await ended
  await rm(inbox, { recursive: true })
  expect(count(out, /skipped broken\.csv: the price of row 1 is not a number: "one"/g)).toBe(1)
  expect(out).toContain('report: 2.00 in total, from 1 price')
  expect(out).not.toContain('NaN')
  expect(code).toBe(0)
})

test('main: stops by itself after GANTRY_SECONDS', async () => {
  const { code, out } = await run('main/main', { env: { GANTRY_SECONDS: '1' } })
  expect(out.trim().endsWith('stopped')).toBe(true)
  expect(code).toBe(0)
})

test('controlling-runtime: the whole source page', async () => {
  const { code, out } = await run('controlling-runtime')
  expect(out).toContain('do report: success report of 2026-01-01')
  expect(out).toContain('remove: success')
  expect(code).toBe(0)
})

test('external-control: JSON commands in, JSON news out, bad lines answered', async () => {
  const commands = [
    { type: 'task.run', task: 'report', params: { day: 'Monday' } },
    { type: 'task.run', task: 'reprot' },
  ]
  const { code, out } = await run('external-control', {
    input: commands.map((c) => JSON.stringify(c)).join('\n'),
  })
  const news = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(news.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['run.queued', 'refused', 'session.stopped']),
  )
  expect(out).toContain("Did you mean 'report'?")
  expect(code).toBe(0)
})

test('pipeline: retried, typed, and an arg from outside', async () => {
  const { code, out } = await run('pipeline', { env: { CURRENCY: 'USD' } })
  expect(out.split('\n').filter((line) => line.startsWith('fetch prices: fail'))).toHaveLength(2)
  expect(out).toContain('2 prices; the dearest is pear at 0.75 USD')
  expect(out).toContain('publish: success')
  expect(code).toBe(0)
})

test('task-queue: one after the other, each with its params, a failure in between', async () => {
  const { code, out } = await run('task-queue')
  expect(out.trim().split('\n').slice(0, 4)).toEqual([
    'measure {"city":"Oulu"}: success, 4',
    'measure {"city":"Atlantis"}: fail, no station there',
    'measure {"city":"Rovaniemi"}: success, 9',
    'report {"title":"two cities"}: success, report "two cities"',
  ])
  expect(out).toContain('the queue is empty')
  expect(code).toBe(0)
})

test('custom-conditions: a function, an async function, a level and an event stream', async () => {
  const { code, out } = await run('custom-conditions')
  for (const line of [
    'read: product,price',
    'count: there',
    'sync: online',
    'pack: three apples',
    'pack: a pear',
  ])
    expect(out).toContain(line)
  expect(out.trim().endsWith('stopped')).toBe(true)
  expect(code).toBe(0)
})

test('order-approval: one run continues in three processes, two of which are killed', async () => {
  const { code, out } = await run('order-approval')
  expect(count(out, /the process ends \(SIGKILL\)/g)).toBe(2)
  expect(count(out, /the run continues/g)).toBe(2)
  expect(out).toContain('approve: accepted')
  expect(count(out, /ship order 7, step ship#1/g)).toBe(1)
  expect(out).toContain('success, order 7, approved by Ada')
  expect(new Set([...out.matchAll(/run ([\da-f]{8}):/g)].map(([, id]) => id)).size).toBe(1)
  expect(out).toContain('the process ends (0)')
  expect(code).toBe(0)
})

test('etl-machine: a step succeeds at its third attempt; one that fails finally is undone', async () => {
  const { code, out } = await run('etl-machine')
  expect(count(out, /prices: attempt \d failed/g)).toBe(4)
  expect(out).toContain('first run: success, after 5 attempts')
  expect(count(out, /load: attempt \d failed/g)).toBe(3)
  expect(out).toMatch(/undo: orders, prices\nsecond run: fail, load does not answer; staged: 0/)
  expect(code).toBe(0)
})

test('long-poll: ends with its Observable, and a termination aborts the request', async () => {
  const { code, out } = await run('long-poll')
  expect(count(out, /^message \d/gm)).toBe(3)
  expect(out).toContain('first run: success')
  expect(out).toContain('the request was aborted')
  expect(out).toContain('second run: terminate, asked')
  expect(code).toBe(0)
})

test.each(['inspector', 'xstate-inspect'])('%s: ends by itself', async (name) => {
  const { code } = await run(name, { args: ['--once'], env: { PORT: '0' } })
  expect(code).toBe(0)
})
