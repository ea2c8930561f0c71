/** Sentences with their evidence, and helpers for several kinds of condition. */
import type { Facts, Mark, MarkAction } from '../facts.ts'
import type { Comparison } from '../node.ts'

/** A sentence with its evidence. */
export interface Evidence {
  readonly sentence: string
  readonly evidence?: Readonly<Record<string, unknown>>
}

/** The sentence for a condition on a task that the session lacks; null if the task exists. */
export function unknownTask(task: string | null, facts: Facts): Evidence | null {
  if (task === null || facts.has(task)) return null
  const near = facts.near(task)
  const hint = near.length > 0 ? `; near: ${near.map((name) => `'${name}'`).join(', ')}` : ''
  return {
    sentence: `there is no task '${task}' in the session${hint}`,
    evidence: { unknownTask: task, near },
  }
}

/** The record that a sentence is based on, as evidence. */
export function evidenceOf(mark: Mark | null): Record<string, unknown> {
  return mark === null
    ? {}
    : { record: { action: mark.action satisfies MarkAction, at: mark.at, runId: mark.runId } }
}

/** The requirement of a comparison; empty for "at least one". */
export function wantedOf(compare: Comparison): Record<string, unknown> {
  return Object.keys(compare).length === 0 ? {} : { wanted: compare }
}

/** An error as text. Never throws, as any value can be thrown. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error)
  } catch {
    return 'an error that cannot be shown'
  }
}
