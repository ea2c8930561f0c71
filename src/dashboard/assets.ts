/**
 * Files of the dashboard. This module is an empty placeholder: the build replaces it by one made from `dashboard/`, so that bundlers
 * include the files as code.
 */

/** A compressed file. */
export interface PackedAsset {
  /** Path below the mount path: `index.html`, `assets/index-1a2b.js`. */
  readonly path: string
  readonly type: string
  /** Hash of the content. Except for `index.html`, the file name changes with the content as well. */
  readonly etag: string
  /** Gzipped content in base64. */
  readonly content: string
}

/** All files, `index.html` first. */
export const assets: readonly PackedAsset[] = []
