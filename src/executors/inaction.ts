/** Detection of the outcome `inaction`: work reports that there was nothing to do. */
import { SkipRun } from '../errors/skip-run.ts'

/** True for a {@link SkipRun}. Never throws: a proxy may throw when its class is read. */
export function isInaction(value: unknown): value is SkipRun {
  try {
    return value instanceof SkipRun
  } catch {
    return false
  }
}
