/**
 * The files of the dashboard. Here there are none: the build makes them from `dashboard/` and puts this module's like in its
 * place, so that they travel as code, wherever the package is bundled to.
 */

/** A file, packed. */
export interface PackedAsset {
  /** Below the mount path: `index.html`, `assets/index-1a2b.js`. */
  readonly path: string
  readonly type: string
  /** Of its content; a file of another content has another name, but for `index.html`. */
  readonly etag: string
  /** Gzipped, as base64. */
  readonly content: string
}

/** All files, `index.html` first. */
export const assets: readonly PackedAsset[] = []
