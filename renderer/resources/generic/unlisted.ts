import type { FeedState } from '../../kube/reflector.ts'
import type { Unlisted } from '../../queries/contents.ts'

/** Of several feeds those that have nothing to show and a reason. One that is not served is missed by nobody. */
export const unlistedOf = (feeds: readonly { kind: string; state: FeedState | undefined }[]): Unlisted[] =>
  feeds.flatMap(({ kind, state }) => {
    const { error } = state ?? {}
    return error === undefined || state?.synced || error.code === 404 ? [] : [{ kind, code: error.code, message: error.message }]
  })
