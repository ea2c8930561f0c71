import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { escapeText } from '../../dashboard/mermaid-text.ts'
import { type Filter, filterEntries, noFilter, toFilter } from '../../dashboard/sequence/filter.ts'
import { lanesOf } from '../../dashboard/sequence/lanes.ts'
import { toMermaidSequence } from '../../dashboard/sequence/mermaid.ts'
import { type Entry, SequenceLog, type Step } from '../../dashboard/sequence/sequence-log.ts'
import type { ActorAddress } from '../../src/http/contract/actor-messages.ts'
import { checkProperty } from '../support/property.ts'

const session: ActorAddress = { path: ['session'], id: 'session', role: 'session', task: null }
const taskOf = (name: string): ActorAddress => ({
  path: ['session', `task:${name}`],
  id: `${name}#1`,
  role: 'task',
  task: name,
})
const below = (parent: ActorAddress, key: string, role: 'run' | 'actor' = 'run'): ActorAddress => ({
  path: [...parent.path, key],
  id: key,
  role,
  task: parent.task,
})

const sent = (n: number, type: string, to = session, from: ActorAddress | null = null) => ({
  name: 'actor',
  data: { watched: 'actors', kind: 'event', n, at: n, from, to, event: { type } },
})
const processed = (n: number, value: unknown) => ({
  name: 'actor',
  data: { watched: 'actors', kind: 'snapshot', n, at: n, status: 'active', value, context: { n } },
})
const dropped = (count: number) => ({ name: 'dropped', data: { watched: 'actors', count } })
const hello = { name: 'hello', data: {} }
const typesIn = (entries: readonly Entry[]) =>
  entries.map((entry) => (entry.kind === 'step' ? entry.type : entry.count))

let lastId = 0
const step = (
  type: string,
  to = session,
  from: ActorAddress | null = null,
  rest: Partial<Step> = {},
): Step => ({
  kind: 'step',
  id: ++lastId,
  at: 0,
  from,
  to,
  type,
  event: { type },
  after: null,
  ...rest,
})

describe('SequenceLog', () => {
  test('joins an event with the state after it, also if others come between', () => {
    const log = new SequenceLog()
    for (const each of [
      hello,
      sent(1, 'a'),
      sent(2, 'b', taskOf('t')),
      processed(2, 'two'),
      processed(1, 'one'),
    ])
      log.take(each)
    expect(log.entries.map((entry) => entry.kind === 'step' && [entry.type, entry.after?.value])).toEqual([
      ['a', 'one'],
      ['b', 'two'],
    ])
  })

  test('ignores other events, and states of events that were left out', () => {
    const log = new SequenceLog()
    expect(log.take({ name: 'actor', data: { watched: 'task:a', kind: 'event' } })).toBe(false)
    expect(log.take({ name: 'run.started', data: {} })).toBe(false)
    expect(log.take({ name: 'dropped', data: { watched: 'session', count: 3 } })).toBe(false)
    log.take(processed(7, 'x'))
    expect(log.entries).toEqual([])
  })

  test('keeps the newest entries, and counts the others', () => {
    const log = new SequenceLog(3)
    for (let n = 1; n <= 5; n++) log.take(sent(n, `e${n}`))
    expect([typesIn(log.entries), log.forgotten]).toEqual([['e3', 'e4', 'e5'], 2])
  })

  test('marks where events were left out; adjacent gaps are one', () => {
    const log = new SequenceLog()
    for (const each of [sent(1, 'a'), dropped(3), dropped(4), sent(2, 'b'), dropped(1)]) log.take(each)
    expect(typesIn(log.entries)).toEqual(['a', 7, 'b', 1])
  })

  test('marks a new connection, whose numbers mean other events', () => {
    const log = new SequenceLog()
    for (const each of [hello, sent(1, 'a'), hello, hello, sent(1, 'b'), processed(1, 'of b')]) log.take(each)
    expect(typesIn(log.entries)).toEqual(['a', null, 'b'])
    const [a, , b] = log.entries as [Step, Entry, Step]
    expect([a.after, b.after?.value]).toEqual([null, 'of b'])
  })

  test('a pause holds back, with a count, and the resumption shows what was held back', () => {
    const log = new SequenceLog(4)
    log.take(sent(1, 'a'))
    log.pause()
    for (let n = 2; n <= 4; n++) log.take(sent(n, `e${n}`))
    log.take(dropped(5))
    log.take(processed(2, 'known'))
    expect([typesIn(log.entries), log.heldCount, log.isPaused]).toEqual([['a'], 8, true])
    log.resume()
    expect([typesIn(log.entries), log.heldCount, log.forgotten]).toEqual([['e2', 'e3', 'e4', 5], 0, 1])
    expect((log.entries[0] as Step).after?.value).toBe('known')
  })

  test('what is held back is limited, too', () => {
    const log = new SequenceLog(3)
    log.pause()
    for (let n = 1; n <= 1_000; n++) log.take(sent(n, `e${n}`))
    expect(log.heldCount).toBe(1_000)
    log.resume()
    expect([typesIn(log.entries), log.forgotten]).toEqual([['e998', 'e999', 'e1000'], 997])
    log.clear()
    expect([log.entries, log.forgotten]).toEqual([[], 0])
  })

  test('no event is lost without a count', () => {
    const news = fc.array(fc.constantFrom('event', 'drop', 'pause', 'resume', 'hello'), { maxLength: 60 })
    checkProperty(
      fc.property(news, fc.integer({ min: 1, max: 8 }), (all, limit) => {
        const log = new SequenceLog(limit)
        let events = 0
        for (const each of all) {
          if (each === 'event') log.take(sent(++events, 'e'))
          else if (each === 'drop') log.take(dropped(2))
          else if (each === 'hello') log.take(hello)
          else if (each === 'pause') log.pause()
          else log.resume()
        }
        log.resume()
        const kept = log.entries.filter(({ kind }) => kind === 'step').length
        expect(kept + log.forgotten).toBe(events)
        expect(log.entries.length).toBeLessThanOrEqual(limit)
      }),
    )
  })
})

describe('filterEntries()', () => {
  const a = taskOf('a')
  const b = taskOf('b')
  const steps: readonly Entry[] = [
    step('task.run', a, session),
    step('xstate.init', below(a, 'x:1'), a),
    { kind: 'gap', id: ++lastId, count: 2 },
    step('run.ended', b, below(b, 'x:2'), { event: { type: 'run.ended', note: 'Helsinki' } }),
    { kind: 'gap', id: ++lastId, count: 3 },
    step('run.began', below(b, 'x:2'), null, {
      after: { at: 0, status: 'active', value: 'Running', context: {} },
    }),
  ]
  const found = (filter: Partial<Filter>) => typesIn(filterEntries(steps, { ...noFilter, ...filter }))

  test.each<[Partial<Filter>, unknown[]]>([
    [{}, ['task.run', 'xstate.init', 2, 'run.ended', 3, 'run.began']],
    [{ task: 'a' }, ['task.run', 'xstate.init', 5]],
    [{ actor: 'x:2' }, [2, 'run.ended', 3, 'run.began']],
    [{ actor: 'session' }, ['task.run', 5]],
    [{ type: 'run.*' }, [2, 'run.ended', 3, 'run.began']],
    [{ type: '-xstate.* -RUN.*' }, ['task.run', 5]],
    [{ type: 'run.ended, task.run' }, ['task.run', 2, 'run.ended', 3]],
    [{ type: '(' }, [5]],
    [{ type: '- *' }, ['task.run', 'xstate.init', 2, 'run.ended', 3, 'run.began']],
    [{ text: 'helsinki' }, [2, 'run.ended', 3]],
    [{ text: 'running' }, [5, 'run.began']],
    [{ task: 'b', type: 'run.*', text: 'x:2' }, [2, 'run.ended', 3, 'run.began']],
  ])('%j', (filter, expected) => {
    expect(found(filter)).toEqual(expected)
  })

  test('a pattern of many stars terminates, and parts of it do not overlap', () => {
    const types = ['a'.repeat(5_000), 'aba', 'ab']
    const of = (type: string) =>
      typesIn(
        filterEntries(
          types.map((each) => step(each)),
          { ...noFilter, type },
        ),
      )
    expect(of(`${'*a'.repeat(50)}*b`)).toEqual([])
    expect(of('ab*ba')).toEqual([])
    expect(of('a*b*a')).toEqual(['aba'])
  })

  test('a filter survives the URL', () => {
    checkProperty(
      fc.property(
        fc.record({ actor: fc.string(), task: fc.string(), type: fc.string(), text: fc.string() }),
        (filter) => {
          expect(toFilter(new URLSearchParams(new URLSearchParams(filter).toString()))).toEqual(filter)
        },
      ),
    )
  })
})

describe('lanesOf()', () => {
  test('the order is that of the tree, regardless of the order of the events', () => {
    const [a, b] = [taskOf('a'), taskOf('b')]
    const run = below(a, 'x:1')
    const flow = below(run, 'x:3', 'actor')
    const child = below(flow, 'x:4', 'actor')
    const { lanes } = lanesOf([
      step('1', child, flow),
      step('2', b, session),
      step('3', run),
      step('4', below(b, 'x:2'), b),
      step('5', a, session),
    ])
    expect(lanes.map(({ name, depth }) => `${depth} ${name}`)).toEqual([
      '0 session',
      '1 a',
      '2 run',
      '3 x:3',
      '4 x:4',
      '1 b',
      '2 run',
    ])
  })

  test('several runs of a task are numbered', () => {
    const a = taskOf('a')
    const { lanes } = lanesOf([step('1', below(a, 'x:1')), step('2', below(a, 'x:2'))])
    expect(lanes.map(({ name }) => name)).toEqual(['run 1', 'run 2'])
  })

  test('of too many actors, those of the newest events are shown', () => {
    const steps = Array.from({ length: 10 }, (_, n) => step('e', taskOf(`t${n}`)))
    const { lanes, left } = lanesOf(steps, 3)
    expect([lanes.map(({ name }) => name), left]).toEqual([['t7', 't8', 't9'], 7])
  })
})

describe('toMermaidSequence()', () => {
  const textOf = (entries: readonly Entry[]) => toMermaidSequence(entries, lanesOf(entries).lanes)

  test('writes participants in the order of the tree, and arrows', () => {
    const a = taskOf('a')
    const text = textOf([
      step('task.run', session),
      step('task.run', a, session),
      { kind: 'gap', id: 0, count: 2 },
      step('xstate.init', below(a, 'x:1'), a),
    ])
    expect(text.split('\n')).toEqual([
      'sequenceDiagram',
      '  participant n as no actor',
      '  participant a0 as session',
      '  participant a1 as a',
      '  participant a2 as run (a)',
      '  n->>a0: task.run',
      '  a0->>a1: task.run',
      '  Note over a0,a2: 2 events were left out',
      '  a1->>a2: xstate.init',
    ])
  })

  test('nothing of a name is syntax', () => {
    const hostile = [
      'x\n  a0->>a0: injected',
      'x; a0->>a0: injected',
      '#quot; # comment',
      '%%{init: {"securityLevel":"loose"}}%%',
      '<img src=x onerror=alert(1)>',
      'end',
      'wrap: x',
      '\ud800 \u2028 \u0000',
      'ﬂ°°60¶ß',
      'style: #1;',
      '',
    ]
    const name = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary' }), fc.string())
    const line =
      /^(sequenceDiagram| {2}participant (n|a\d+) as .+| {2}(n|a\d+)->>a\d+: .+| {2}Note over a\d+(,a\d+)?: .+)$/
    checkProperty(
      fc.property(fc.array(fc.tuple(name, name), { maxLength: 8 }), (names) => {
        const steps = names.map(([task, type]) => step(type, taskOf(task), session))
        const lines = textOf(steps).split('\n')
        for (const each of lines) {
          expect(each).toMatch(line)
          // Mermaid decodes character codes before it looks for the end of a statement, and only those.
          expect(each.replace(/#\d+;/g, '').replace(/^[^:]*(->>|Note)[^:]*:/, '')).toMatch(
            /^[A-Za-z0-9 ._,/'()-]*$/,
          )
        }
        expect(lines.filter((each) => each.includes('->>'))).toHaveLength(names.length)
      }),
    )
  })

  test('escapeText() shortens, and keeps what is harmless', () => {
    expect(escapeText('task.run (a/b)')).toBe('task.run (a/b)')
    expect(escapeText('a;b\nc')).toBe('a#59;b c')
    expect(escapeText('👩')).toBe('#128105;')
    expect(escapeText('x'.repeat(500))).toBe(`${'x'.repeat(79)}#8230;`)
  })

  test('of a sequence that is too long for Mermaid, the newest part is written, and the rest counted', () => {
    const steps = Array.from({ length: 2_000 }, (_, n) => step(`<${n}>${'é'.repeat(60)}`))
    const text = textOf(steps)
    expect(text.length).toBeLessThan(50_000)
    expect(text).toMatch(/Note over a0: \d+ earlier entries are left out/)
    expect(text).toContain('#60;1999#62;')
  })
})
