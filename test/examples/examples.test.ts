/** Every example runs as it is built: the real program, in a process of its own, which ends by itself. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { expect, test } from '@jest/globals'

const run = (name: string, options: { input?: string; args?: string[]; env?: NodeJS.ProcessEnv } = {}) =>
  new Promise<{ code: number | null; out: string }>((resolve) => {
    const child = spawn(process.execPath, [`dist/examples/${name}.js`, ...(options.args ?? [])], {
      env: { ...process.env, NODE_OPTIONS: '', ...options.env },
    })
    let out = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      out += chunk
    })
    child.on('close', (code) => resolve({ code, out }))
    child.stdin.end(options.input ?? '')
  })

test('the examples are built before they are tested', () => {
  expect(existsSync('dist/examples/main/main.js')).toBe(true)
})

test('main: finds files, parses them, reports, retries, and stops', async () => {
  const { code, out } = await run('main/main', { env: { GANTRY_SECONDS: '4' } })
  expect(out).toContain('report: 4 prices, 7.80 in all')
  expect(out).toContain('uploaded at attempt 3')
  expect(out).toContain('stopped')
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

test.each(['inspector', 'xstate-inspect'])('%s: ends by itself', async (name) => {
  const { code } = await run(name, { args: ['--once'], env: { PORT: '0' } })
  expect(code).toBe(0)
})
