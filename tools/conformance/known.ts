import type { Difference } from './compare.ts'

/** Differences that are meant, each with its reason. A row that matches nothing fails the run, so that the list stays true. */
interface Known {
  where: RegExp
  path: RegExp
  /** What we answered, where not every difference at this place is meant. */
  ours?: RegExp
  reason: string
}

const kind = (resource: string, reason: string): Known => ({ where: new RegExp(`^resource (?:${resource})/`), path: /./, reason })
const CONTROLLER = 'a control loop inside of the reference writes to it'

export const known: readonly Known[] = [
  {
    where: /^resource v1\/persistentvolumeclaims\/update(?:, nothing changed)?$/,
    path: /resourceVersion$|^status$/,
    reason: 'the reference writes a claim again that a first update leaves as it is, though nothing in it differs',
  },
  kind('.*/apiservices', CONTROLLER),
  kind('.*/customresourcedefinitions', CONTROLLER),
  kind('.*/flowschemas', CONTROLLER),
  {
    where: /^resource apps\/v1\/daemonsets\//,
    path: /metadata\.annotations$/,
    reason: 'the reference forgets this annotation where it answers with metadata alone; who asks for metadata gets all of it here',
  },
  {
    where: /./,
    path: /olumnDefinitions\[\d+\]\.description$/,
    reason: 'sentences of the API documentation are not part of this project; kubectl shows none of them',
  },
  {
    where: /^options of writes\/field validation (?:Warn|Ignore|)$/,
    path: /^body\.data\.a$/,
    reason: 'Go merges a field that stands twice, JSON.parse takes the last one; both say so in the warning',
  },
  {
    where: /^watch events\/from version 1$|^list options\/(?:version one, exact|bad bookmarks)$/,
    path: /./,
    reason: 'history reaches back further here than the watch cache of the reference does after it was started',
  },
  {
    where: /^watch events\/timeout with bookmarks$/,
    path: /events\[\d+\]$/,
    reason: 'a watch that took bookmarks ends with one, so that its client resumes where it ended',
  },
  {
    where: /^list options\/watch, a version of the future$/,
    path: /./,
    reason:
      'a version that does not come within three seconds ends the watch with an error, so that its client lists anew; the reference waits for ever',
  },
  {
    where: /^methods and paths\/.*\/proxy\/nodes\/none$/,
    path: /./,
    reason: 'the proxy paths of the early API are served here and gone from the reference',
  },
  {
    where: /^webhooks: patches\/(?:create|update): another kind$/,
    path: /message$/,
    reason: 'a patch that makes another kind of an object is told of as that; the reference says what is wrong with an object of that kind',
  },
  {
    where: /^webhooks: failed calls\/no such host, Fail$/,
    path: /message$/,
    reason: 'which name server was asked is not known here',
  },
  {
    where: /^webhooks: reviews of writes\/reviews: namespace deleted$/,
    path: /preconditions$/,
    reason: 'the reference adds the uid of a namespace to the options of its deletion; here the delete itself sees to that',
  },
  {
    where: /./,
    path: /^header warning$/,
    ours: /(?:is|are) stored, but .* yet/,
    reason: 'an object that has no effect on this server yet is answered with a warning that says so, until it has',
  },
]

export const knownRow = (d: Difference): Known | undefined =>
  known.find((k) => k.where.test(d.where) && k.path.test(d.path) && (k.ours?.test(d.ours) ?? true))
