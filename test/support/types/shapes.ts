/** What the type tests share. */
import { createApp } from 'gantry'

export type { Run, Session, Task, Work } from 'gantry'

/** True of the same types only; `any` is the same as nothing else. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles where the two types are the same. */
export declare function same<T extends true>(): T

export interface Price {
  readonly product: string
  readonly price: number
}

export const app = createApp()
