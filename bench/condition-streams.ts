/**
 * Cost of one condition as a stream: the lean watch, and the same stream composed of RxJS operators: `npm run build &&
 * node --expose-gc dist/bench/condition-streams.js [count]`. Decision 0052 quotes the figures.
 */
import { performance } from 'node:perf_hooks'
import {
  defer,
  distinctUntilChanged,
  ignoreElements,
  merge,
  Observable,
  of,
  Subject,
  startWith,
  switchMap,
  tap,
} from 'rxjs'
import { holds } from '../src/conditions/evaluate/holds.ts'
import { dependencies, wakesAt } from '../src/conditions/evaluate/wakes-at.ts'
import { watch } from '../src/conditions/evaluate/watch.ts'
import { parse } from '../src/conditions/index.ts'
import type { ConditionNode } from '../src/conditions/node.ts'
import { TableFacts } from '../test/support/table-facts.ts'
import { collectGarbage, quantile, row } from './support.ts'

const count = Number(process.argv[2] ?? 20_000)
const rounds = 5

type Make = (node: ConditionNode, table: TableFacts) => Observable<boolean>

const lean: Make = (node, table) => watch(node, () => table.facts(), table, table)

const composed: Make = (node, table) =>
  defer(() => {
    const woken = new Subject<void>()
    const changes = dependencies(node, null).map(
      (dependency) =>
        new Observable<void>((subscriber) => table.on(dependency, null, () => subscriber.next())),
    )
    return merge(woken, ...changes).pipe(
      startWith(undefined),
      switchMap(() => {
        const facts = table.facts()
        const wake = new Observable<void>((subscriber) =>
          table.wakeAt(wakesAt(node, facts), () => subscriber.next()),
        ).pipe(
          tap(() => woken.next()),
          ignoreElements(),
        )
        return merge(of(holds(node, facts)), wake)
      }),
      distinctUntilChanged(),
    )
  })

function measure(make: Make): { bytes: number; setUpUs: number; changeUs: number } {
  const table = new TableFacts({ now: Date.UTC(2026, 10, 24, 12), params: {} })
  const nodes = Array.from(
    { length: count },
    (_, n) => parse(`time of day after 07:00 & param 'p${n}' exists`).node,
  )
  let seen = 0
  collectGarbage()
  const heap = process.memoryUsage().heapUsed
  const begun = performance.now()
  const streams = nodes.map((node) => make(node, table).subscribe(() => void seen++))
  const setUpUs = ((performance.now() - begun) * 1000) / count
  collectGarbage()
  const bytes = (process.memoryUsage().heapUsed - heap) / count
  table.around = { ...table.around, params: Object.fromEntries(nodes.map((_, n) => [`p${n}`, 1])) }
  const changed = performance.now()
  for (let n = 0; n < count; n++) table.tell({ kind: 'param', name: `p${n}` })
  const changeUs = ((performance.now() - changed) * 1000) / count
  if (seen < 2 * count)
    throw new Error(`Cannot measure as each stream must emit twice: ${seen} of ${2 * count}`)
  for (const stream of streams) stream.unsubscribe()
  return { bytes, setUpUs, changeUs }
}

for (const [name, make] of Object.entries({ lean, composed })) {
  const all = Array.from({ length: rounds }, () => measure(make))
  const median = (key: keyof (typeof all)[number]): number =>
    quantile(
      all.map((each) => each[key]),
      0.5,
    )
  row(`${name}: ${count} conditions, median of ${rounds}`, '')
  row('  memory', `${Math.round(median('bytes'))} bytes`)
  row('  subscribe', `${median('setUpUs').toFixed(1)} µs`)
  row('  one change', `${median('changeUs').toFixed(1)} µs`)
}
