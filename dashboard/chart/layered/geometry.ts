/** Geometry of charts. */

export interface Point {
  readonly x: number
  readonly y: number
}

/** A box; x and y are its upper left corner. */
export interface Box extends Point {
  readonly width: number
  readonly height: number
}
