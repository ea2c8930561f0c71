/** Shared types of the type tests. */
import { createApp } from 'gantry'

export type { Run, Session, Task, Work } from 'gantry'

/** True only for equal types; `any` equals no other type. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles if the two types are equal. */
export declare function same<T extends true>(): T

export interface Price {
  readonly product: string
  readonly price: number
}

export const app = createApp()
