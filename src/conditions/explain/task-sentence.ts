/** Sentences on other tasks, and on the last failure of the task itself. */
import { actions } from '../../../machines/protocol.ts'
import { retryWaitMs } from '../evaluate/holds.ts'
import { verbOf } from '../evaluate/print.ts'
import type { Facts, Mark } from '../facts.ts'
import type { AfterNode, RetryNode, RunningNode } from '../node.ts'
import { type Evidence, evidenceOf, unknownTask, wantedOf } from './evidence.ts'
import { showAge, showCount, showLength, showTime } from './show-time.ts'

/** Maximum length of an error in a sentence; the log has the rest. */
const maxErrorLength = 120

/** Past-tense phrases for the actions of a task. */
const did: Readonly<Record<string, string>> = {
  success: 'succeeded',
  fail: 'failed',
  terminate: 'was terminated',
  inaction: 'found nothing to do',
  crash: 'crashed',
}

const nouns: Readonly<Record<string, string>> = {
  success: 'success',
  fail: 'failure',
  terminate: 'termination',
  inaction: 'run with nothing to do',
  crash: 'crash',
}

/** Describes whether a task is running, its ages, and the required time. */
export function describeRunning(node: RunningNode, facts: Facts): Evidence {
  const unknown = unknownTask(node.task, facts)
  if (unknown !== null) return unknown
  const task = node.task ?? facts.task
  if (task === null) return { sentence: 'this refers to its own task, and there is none' }
  const runs = facts.running(task)
  const evidence = { task, runs, ...wantedOf(node.compare) }
  const limits = [
    node.moreThanMs === null ? [] : [`more than ${showLength(node.moreThanMs)}`],
    node.lessThanMs === null ? [] : [`less than ${showLength(node.lessThanMs)}`],
  ].flat()
  const required = limits.length === 0 ? '' : ` (required: ${limits.join(' and ')})`
  if (runs.length === 0) return { sentence: `task '${task}' is not running`, evidence }
  const ages = runs.map(({ ageMs }) => showAge(ageMs)).join(', ')
  return {
    sentence: `task '${task}' is running: ${showCount(runs.length, 'run')}, for ${ages}${required}`,
    evidence,
  }
}

/** Describes whether the other task has ended as required since this task started, and if not, its state. */
export function describeAfter(node: AfterNode, facts: Facts): Evidence {
  const unknown = unknownTask(node.task, facts)
  if (unknown !== null) return unknown
  const show = (at: number): string => showTime(at, facts.zone, facts.now)
  const theirs = facts.newest(node.task, node.actions)
  const ours = facts.task === null ? null : facts.newest(facts.task, ['run'])
  const evidence = {
    task: node.task,
    ...evidenceOf(theirs),
    ...(ours === null || theirs === null ? {} : { startedAt: ours.at }),
  }
  const them = `task '${node.task}'`
  if (theirs !== null && (ours === null || theirs.seq > ours.seq))
    return {
      sentence: `${them} ${did[theirs.action] ?? verbOf(node.actions)} at ${show(theirs.at)}, and this task has not started since`,
      evidence,
    }
  const waits = `this waits for its ${theirs === null ? '' : 'next '}${wantedNoun(node)}`
  const [run] = facts.running(node.task)
  if (run !== undefined)
    return { sentence: `${them} is running since ${show(run.startedAt)}; ${waits}`, evidence }
  const last = facts.newest(
    node.task,
    actions.filter((action) => action !== 'run'),
  )
  if (last === null) return { sentence: `${them} has never run; ${waits}`, evidence }
  if (theirs !== null && last.seq === theirs.seq)
    return {
      sentence: `${them} ${did[theirs.action] ?? verbOf(node.actions)} at ${show(theirs.at)}, but this task has started since, at ${show(ours!.at)}; ${waits}`,
      evidence,
    }
  return { sentence: `${them} ${did[last.action]} at ${show(last.at)}${whyOf(last)}; ${waits}`, evidence }
}

function wantedNoun({ actions: wanted }: AfterNode): string {
  if (wanted.length === 1) return nouns[wanted[0]!] ?? 'end'
  return 'end'
}

/** A short description of a run's failure. */
function whyOf({ error }: Mark): string {
  if (error === undefined) return ''
  const exit = /exit(?:ed)?(?: with)?(?: code)? (\d+)/i.exec(error.message)
  if (exit !== null) return ` (exit code ${exit[1]})`
  const line = error.message.split('\n', 1)[0]!.trim()
  if (line === '') return ''
  return ` (${line.length > maxErrorLength ? `${line.slice(0, maxErrorLength)}…` : line})`
}

/** Describes whether a retry is due, when it will be, or why there is none. */
export function describeRetry(node: RetryNode, facts: Facts): Evidence {
  const wait = retryWaitMs(node, facts)
  const failed = facts.task === null ? 0 : facts.streak(facts.task, node.on)
  const evidence = { failed, times: node.times, ...(wait === null ? {} : { waitMs: Math.max(0, wait) }) }
  const me = facts.task === null ? 'the task' : `task '${facts.task}'`
  const which = Number.isFinite(node.times) ? `retry ${failed} of ${node.times}` : `retry ${failed}`
  const row = `${me} failed${failed > 1 ? ` ${failed} times in a row` : ''}`
  if (wait !== null && wait > 0) {
    const at = showTime(facts.now + Math.ceil(wait), facts.zone, facts.now)
    return { sentence: `${row}; ${which} is due at ${at}, in ${showLength(wait)}`, evidence }
  }
  if (wait !== null) return { sentence: `${row}; ${which} is due now`, evidence }
  if (failed > node.times)
    return {
      sentence: `${row}; ${node.times === 1 ? 'the one retry is' : `all ${node.times} retries are`} used up`,
      evidence,
    }
  if (failed > 0) return { sentence: `${row}, and that failure is not to be retried`, evidence }
  return { sentence: `the last run of ${me} did not fail: there is nothing to retry`, evidence }
}
