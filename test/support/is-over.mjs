// Asked in a thread: says whether a number is over another, and where it was asked.
import { isMainThread } from 'node:worker_threads'

export function isOver({ n, limit }, run) {
  run.log.info(`asked by ${run.task.name}, near: ${isMainThread}`)
  return n > limit
}

export function breaks() {
  throw new Error('torn')
}
