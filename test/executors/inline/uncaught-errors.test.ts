/** Uncaught errors of runs from a timer or an event, in real processes: either Node ends the process, or the run fails. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { createApp } from 'gantry'

const loader = new URL('../../support/executors/typescript-loader.mjs', import.meta.url).href
const program = fileURLToPath(new URL('../../support/executors/hosts/uncaught.ts', import.meta.url))

async function play(how: string) {
  const { NODE_OPTIONS, ...env } = process.env
  const child = spawn(process.execPath, ['--no-warnings', '--import', loader, program, how], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  const lines = stdout.split('\n').filter((line) => line !== '')
  return { reports: lines.map((line) => JSON.parse(line) as unknown), stderr, end: signal ?? code }
}

test('exit, the default: the run is named, and Node ends the process', async () => {
  const { reports, stderr, end } = await play('exit')
  expect(reports).toEqual([['uncaught', 'timer', 'out of a timer']])
  expect(stderr).toContain('Error: out of a timer')
  expect(stderr).toContain('Node.js v')
  expect(end).toBe(1)
})

test('fail: the run fails, others continue, and no listener is left', async () => {
  const { reports, stderr, end } = await play('fail')
  expect(reports).toEqual([
    'success',
    ['uncaught', 'timer', 'out of a timer'],
    'fail',
    ['uncaught', 'event', 'out of an event'],
    'fail',
    'success',
    ['uncaught', 'left', 'after the end'],
    'success',
    [0, 0],
  ])
  expect(stderr).toBe('')
  expect(end).toBe(0)
})

test('a change applies to runs that start after it', async () => {
  const { reports, end } = await play('update')
  const warning = ['uncaught', 'timer', 'out of a timer']
  expect(reports).toEqual(['success', warning, 'fail', warning, 'fail', [0, 0]])
  expect(end).toBe(0)
})

test('fail: an error of no run ends the process in the way of Node, or is left to other listeners', async () => {
  const { reports, stderr, end } = await play('foreign')
  expect(reports).toEqual(['success'])
  expect(stderr).toContain('Error: of no run')
  expect(stderr).toContain('Node.js v')
  expect(end).toBe(1)
  const heard = await play('foreignHeard')
  expect(heard).toEqual({ reports: ['success', 'of no run', [0, 0]], stderr: '', end: 0 })
})

test('each of two sessions has its own setting', async () => {
  const { reports, stderr, end } = await play('two')
  expect(reports).toEqual([
    'success',
    ['uncaught', 'timer', 'out of a timer'],
    'fail',
    ['uncaught', 'event', 'out of an event'],
  ])
  expect(stderr).toContain('Error: out of an event')
  expect(end).toBe(1)
})

test('other values are refused at once', () => {
  expect(() => createApp({ onUncaught: 'report' as never })).toThrow(/onUncaught.*exit.*fail/)
  expect(() => createApp().session.update({ onUncaught: true as never })).toThrow(/onUncaught/)
})
