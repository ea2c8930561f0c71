// Thread work that compares a number with another, and returns where it was evaluated.
import { isMainThread } from 'node:worker_threads'

export function isOver({ n, limit }, run) {
  run.log.info(`asked by ${run.task.name}, near: ${isMainThread}`)
  return n > limit
}

export function breaks() {
  throw new Error('torn')
}
