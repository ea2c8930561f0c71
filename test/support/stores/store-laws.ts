/** Contract tests of stores: `describeStore('memory', () => createMemoryStore())`. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Action, actions } from '../../../machines/protocol.ts'
import { isNote, type LogEntry, type Note, type RunRecord } from '../../../src/log/entry.ts'
import { type LogQuery, type NoteQuery, selectNotes, selectRecords } from '../../../src/log/query.ts'
import { type Keep, retain } from '../../../src/log/retention.ts'
import type { Store } from '../../../src/log/store.ts'
import { checkProperty } from '../property.ts'

/** Folder of test files: in memory if the system supports it, as syncing to a disk takes milliseconds. */
export const filesRoot = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** A folder for the logs of one test file, removed at its end, and a new path in it at each call. */
export function newPathsIn(
  name: string,
  ending: string,
): { readonly folder: string; readonly newPath: () => string } {
  const folder = mkdtempSync(join(filesRoot, `gantry-${name}-`))
  let count = 0
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return { folder, newPath: () => join(folder, `log-${++count}.${ending}`) }
}

/** A record with defaults for fields that a test does not use. */
export function record(
  seq: number,
  task = 'a',
  action: Action = 'run',
  more: Partial<RunRecord> = {},
): RunRecord {
  return { seq, task, runId: `${task}-${seq}`, action, at: 1_000 * seq, ...more }
}

/** A note of a task. */
export function note(seq: number, task = 'a', more: Partial<Note> = {}): Note {
  return { seq, note: 'missed', task, at: 1_000 * seq, ...more }
}

/** Creates a new, empty store for each test, and optionally reopens its data; none if it is not durable. */
export interface StoreMaker {
  create(): Store
  reopen?(store: Store): Store
}

const entryLists = fc
  .array(
    fc.record({
      task: fc.constantFrom('a', 'b', 'über & | ~ "c"\n'),
      action: fc.constantFrom<Action | 'note'>(...actions, 'note'),
      at: fc.integer({ min: 0, max: 100 }),
      run: fc.integer({ min: 1, max: 8 }),
      kind: fc.constantFrom<Note['note']>('missed', 'audit', 'state', 'workflow', 'workflow', 'steps'),
      error: fc.option(fc.constantFrom('boom', 'no such file'), { nil: undefined }),
    }),
    { maxLength: 60 },
  )
  .map((rows) => {
    // A run ends once: a store may treat an identical second end as a duplicate.
    const ends = new Set<string>()
    const isNew = ({ task, action, at, run, error }: (typeof rows)[number]): boolean => {
      const end = JSON.stringify([task, run, action, at, error])
      if (action === 'run' || action === 'note') return true
      return !ends.has(end) && ends.add(end) !== undefined
    }
    return rows.filter(isNew).map(({ task, action, at, run, kind, error }, i): LogEntry => {
      if (action === 'note')
        return note(i + 1, task, {
          at,
          note: kind,
          ...(kind === 'workflow' || kind === 'steps' ? { runId: `${task}-${run}`, data: { i } } : {}),
        })
      return record(i + 1, task, action, {
        at,
        // Few ids, so that some starts have ends and others do not.
        runId: `${task}-${run}`,
        ...(error ? { error: { name: 'Error', message: error } } : {}),
      })
    })
  })

const queries: fc.Arbitrary<LogQuery> = fc.record(
  {
    task: fc.constantFrom<string | string[]>('a', ['a', 'b'], 'nobody'),
    action: fc.constantFrom<Action | Action[]>('run', ['success', 'fail']),
    since: fc.integer({ min: 0, max: 100 }),
    until: fc.integer({ min: 0, max: 100 }),
    before: fc.integer({ min: 0, max: 61 }),
    after: fc.integer({ min: 0, max: 61 }),
    runId: fc.constantFrom('a-1', 'b-2'),
    oldestFirst: fc.boolean(),
    limit: fc.integer({ min: 0, max: 10 }),
    error: fc.constant('boom'),
  },
  { requiredKeys: [] },
)

const noteQueries: readonly NoteQuery[] = [
  {},
  { task: 'a', limit: 3 },
  { note: 'missed' },
  { note: ['missed', 'state'], limit: 4 },
  { note: [] },
  { before: 9 },
  { before: 9, note: ['missed', 'late'], limit: 2 },
  { before: 0 },
  { before: Infinity, limit: 2 },
]

/** Requirements of conditions on task `a`, and on no other task. */
const keepOfA = (task: string): Keep | undefined => (task === 'a' ? { lastMs: 20, count: 3 } : undefined)

/** The entries without states of workflows that a newer one of their run replaces: a store may remove those at any time. */
function current<E extends LogEntry>(entries: readonly E[]): E[] {
  const newest = new Map<string | undefined, number>()
  for (const entry of entries) if (isState(entry)) newest.set(entry.runId, entry.seq)
  return entries.filter((entry) => !isState(entry) || newest.get(entry.runId) === entry.seq)
}

function isState(entry: LogEntry): boolean {
  return isNote(entry) && entry.note === 'workflow'
}

/** The newest record of each action of each task, the runs without an end, and the newest states of their workflows. */
function neededSeqs(entries: readonly LogEntry[]): Set<number> {
  const newest = new Map<string, number>()
  const open = new Map<string, number[]>()
  const states = new Map<string, number>()
  for (const entry of entries) {
    if (isNote(entry)) {
      const run = open.get(entry.runId ?? '')
      if (isState(entry) && run !== undefined) states.set(entry.runId!, entry.seq)
      continue
    }
    newest.set(`${entry.task} ${entry.action}`, entry.seq)
    if (entry.action === 'run') open.set(entry.runId, [...(open.get(entry.runId) ?? []), entry.seq])
    else {
      open.delete(entry.runId)
      states.delete(entry.runId)
    }
  }
  return new Set([...newest.values(), ...[...open.values()].flat(), ...states.values()])
}

/** Tests a kind of store against the contract of {@link Store}. */
export function describeStore(kind: string, { create, reopen }: StoreMaker): void {
  describe(`${kind} fulfils the contract of a Store`, () => {
    test('append keeps the order of seq, and load returns everything, oldest first', async () => {
      const store = create()
      expect(await store.load()).toEqual([])
      await Promise.all([
        store.append([record(1), record(2, 'b')]),
        store.append([note(3)]),
        store.append([record(4)]),
      ])
      expect((await store.load()).map((entry) => entry.seq)).toEqual([1, 2, 3, 4])
      await store.close()
    })

    test('load with limits: records that conditions need are complete, others are complete or reduced', async () => {
      const limits = fc.record({
        perAction: fc.integer({ min: 0, max: 10 }),
        total: fc.integer({ min: 0, max: 30 }),
        leastPerAction: fc.integer({ min: 0, max: 4 }),
        keep: fc.constantFrom(undefined, keepOfA),
      })
      await checkProperty(
        fc.asyncProperty(entryLists, limits, async (entries, { keep, ...rest }) => {
          const store = create()
          await store.append(entries)
          const loaded = await store.load({ ...rest, ...(keep ? { keep } : {}) })
          const bySeq = new Map(entries.map((entry) => [entry.seq, entry]))
          const seqs = loaded.map(({ seq }) => seq)
          expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
          for (const entry of loaded) expect(bySeq.get(entry.seq)).toMatchObject(entry)
          const needed = neededSeqs(entries)
          expect(loaded.filter(({ seq }) => needed.has(seq))).toEqual(
            entries.filter(({ seq }) => needed.has(seq)),
          )
          expect(loaded.at(-1)?.seq).toBe(entries.at(-1)?.seq)
          for (const action of actions) {
            const limit = Math.max(rest.leastPerAction, keep ? 3 : 0)
            const wanted = selectRecords(entries, { task: 'a', action, limit })
            expect(seqs).toEqual(expect.arrayContaining(wanted.map(({ seq }) => seq)))
          }
          await store.close()
        }),
        { runs: 40 },
      )
    })

    test('append of an empty list and of a record with every field', async () => {
      const store = create()
      const full: RunRecord = {
        ...record(1, 'a', 'fail'),
        start: 5,
        end: 9,
        runtimeMs: 4.25,
        trigger: 'manual',
        dueAt: 4,
        period: { start: 0, end: 10 },
        params: { x: [1, { y: null }] },
        error: { name: 'Error', message: 'a\nb\u2028', stack: 'at x', code: 'E' },
        reason: 'timeout',
        value: { ü: '\u0000' },
        omitted: 'param z: a bigint is not JSON',
      }
      await store.append([])
      await store.append([full])
      expect(await store.query({})).toEqual([full])
      await store.close()
    })

    test('query, count and notes agree with a scan of all entries', async () => {
      await checkProperty(
        fc.asyncProperty(entryLists, queries, async (entries, query) => {
          const store = create()
          await store.append(entries)
          const left = current(entries)
          const expected = selectRecords(entries, query)
          expect(await store.query(query)).toEqual(expected)
          const all = { ...query }
          delete (all as { limit?: number }).limit
          if (store.count !== undefined)
            expect(await store.count(query)).toBe(selectRecords(entries, all).length)
          for (const of of noteQueries) expect(current(await store.notes(of))).toEqual(selectNotes(left, of))
          await store.close()
        }),
        { runs: 40 },
      )
    })

    test('query pages through all records with before and limit', async () => {
      const store = create()
      await store.append(Array.from({ length: 25 }, (_, i) => record(i + 1)))
      const seen: number[] = []
      for (let before = Infinity; ; ) {
        const page = await store.query({ before, limit: 10 })
        if (page.length === 0) break
        seen.push(...page.map((entry) => entry.seq))
        before = page.at(-1)!.seq
      }
      expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => 25 - i))
      await store.close()
    })

    test('prune removes entries by the retention and never the newest record of an action', async () => {
      await checkProperty(
        fc.asyncProperty(
          entryLists,
          fc.record(
            {
              maxAgeMs: fc.integer({ min: 0, max: 100 }),
              maxPerTask: fc.integer({ min: 0, max: 10 }),
              maxTotal: fc.integer({ min: 0, max: 30 }),
              keep: fc.constant((task: string) => keepOfA(task)),
              ofTask: fc.constant((task: string) => (task === 'b' ? { maxPerTask: 4 } : undefined)),
            },
            { requiredKeys: [] },
          ),
          async (entries, retention) => {
            const store = create()
            await store.append(entries)
            const expected = retain(entries, retention, 100)
            const before = (await store.load()).length
            expect(await store.prune(retention, 100)).toBe(before - expected.length)
            expect(await store.load()).toEqual(expected)
            const left = new Set((await store.load()).map((entry) => entry.seq))
            for (const seq of neededSeqs(entries)) expect(left).toContain(seq)
            await store.append([record(1_000)])
            expect((await store.load()).at(-1)?.seq).toBe(1_000)
            await store.close()
          },
        ),
        { runs: 40 },
      )
    })

    test('close may be called twice, later calls are rejected with a RunLogError, and load opens the store again', async () => {
      const store = create()
      await store.append([record(1)])
      await store.close()
      await store.close()
      const code = { code: 'GANTRY_RUN_LOG' }
      await expect((async () => store.append([record(2)]))()).rejects.toMatchObject(code)
      await expect((async () => store.query({}))()).rejects.toMatchObject(code)
      await expect((async () => store.prune({}, 0))()).rejects.toMatchObject(code)
      expect(await store.load()).toEqual([record(1)])
      await store.append([record(2)])
      expect(await store.query({})).toHaveLength(2)
      await store.close()
    })

    if (reopen === undefined) return

    test('appended entries exist after the store is reopened', async () => {
      await checkProperty(
        fc.asyncProperty(entryLists, async (entries) => {
          const store = create()
          await Promise.all(entries.map((entry) => store.append([entry])))
          await store.close()
          const again = reopen(store)
          expect(current(await again.load())).toEqual(current(entries))
          await again.close()
        }),
        { runs: 25 },
      )
    })

    test('pruned entries remain removed after the store is reopened', async () => {
      const store = create()
      await store.append(Array.from({ length: 20 }, (_, i) => record(i + 1, 'a', 'success')))
      expect(await store.prune({ maxPerTask: 5 }, 0)).toBe(15)
      await store.append([record(21, 'a', 'success')])
      await store.close()
      const again = reopen(store)
      expect((await again.load()).map((entry) => entry.seq)).toEqual([16, 17, 18, 19, 20, 21])
      await again.close()
    })
  })
}
