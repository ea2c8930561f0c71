import { afterEach, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { fromSegment, toSegment } from '../../../src/http/contract/path-names.ts'
import { type Served, serve } from '../../support/http/server.ts'
import { checkProperty } from '../../support/property.ts'

let served: Served
afterEach(() => served?.close())

const names = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '../../etc/hosts',
  '.',
  '..',
  '~',
  '~..',
  '%2e%2e',
  '%',
  '%00',
  '\u0000',
  'a/b',
  'a\\b',
  'a?b#c',
  'a&b=c',
  'run',
  '👩‍👩‍👧‍👦',
  '\u202eright to left',
  'e\u0301 \u00e9',
  ' leading and trailing ',
  '\n[ok] paid\u001b[2J',
  '__proto__',
  'constructor',
  'toString',
  '{name}',
  ':name',
  '*',
  "'; DROP TABLE tasks; --",
  '{{7*7}}',
  'x'.repeat(1_000),
]

test('names of every kind lead to their task, and are returned unchanged', async () => {
  served = await serve((app) => {
    for (const name of names)
      app.task(name, false, { description: name }, (_, run) => {
        run.log.info(name)
        throw new Error(name)
      })
    for (const name of names) app.param(name, name)
  })
  const { body } = await served.ask('GET', '/tasks?limit=100')
  expect(new Set(body.items.map((task: { name: string }) => task.name))).toEqual(new Set(names))
  for (const name of names) {
    const path = `/tasks/${toSegment(name)}`
    expect((await served.ask('GET', path)).body).toMatchObject({ name, description: name })
    const run = await served.ask('POST', `${path}/run?wait=20`)
    expect(run.body).toMatchObject({ task: name, action: 'fail', error: { message: name } })
    expect((await served.ask('GET', `/runs/${run.body.runId}/logs`)).body.items[0].message).toBe(name)
    expect((await served.ask('GET', `${path}/logs?action=fail`)).body.items).toHaveLength(1)
    expect((await served.ask('GET', `/session/parameters/${toSegment(name)}`)).body.value).toBe(name)
    expect((await served.ask('GET', `/tasks/${toSegment(`${name}?`)}`)).status).toBe(404)
    expect((await served.ask('DELETE', path)).status).toBe(202)
  }
  expect((await served.ask('GET', '/tasks')).body.items).toEqual([])
}, 60_000)

test('an answer is one line of JSON for any name', async () => {
  served = await serve((app) => void app.task('\n[ok] paid\u001b[2J', false, () => {}))
  const { text } = await served.ask('GET', '/tasks')
  expect([...text].filter((letter) => letter < ' ')).toEqual([])
})

test('a name of 10 kB is too long for a URL; commands accept it', async () => {
  const name = 'y'.repeat(10_000)
  served = await serve((app) => void app.task(name, false, () => {}))
  expect((await served.ask('GET', `/tasks/${name}`)).status).toBe(414)
  expect((await served.ask('POST', '/events', { body: { type: 'task.disable', task: name } })).status).toBe(
    202,
  )
  expect(served.app.session.task(name).disabled).toBe(true)
})

test('fromSegment() is the inverse of toSegment()', () => {
  checkProperty(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
      const url = new URL(`http://h/tasks/${toSegment(name)}/run`)
      const segment = url.pathname.split('/')[2]!
      return fromSegment(decodeURIComponent(segment)) === name
    }),
    { runs: 1_000, examples: [['.'], ['..'], ['~.'], ['~']] },
  )
})
