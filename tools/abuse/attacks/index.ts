import type { Attack } from '../attack.ts'
import { anonymous } from './anonymous.ts'
import { bodies } from './bodies.ts'
import { customObjects } from './custom.ts'
import { frames } from './frames.ts'
import { headers } from './headers.ts'
import { connections } from './held.ts'
import { hpack } from './hpack.ts'
import { http1Requests } from './http1.ts'
import { images, objectSelectors, pods, quantities, warnings } from './objects.ts'
import { patches } from './patches.ts'
import { proxied } from './proxied.ts'
import { reads } from './reads.ts'
import { selectors, targets } from './targets.ts'
import { handshakes } from './tls.ts'

/** All attacks, those without credentials first. */
export const attacks: readonly Attack[] = [
  ...frames,
  ...hpack,
  ...connections,
  ...http1Requests,
  ...handshakes,
  ...anonymous,
  ...targets,
  ...headers,
  ...bodies,
  ...selectors,
  ...objectSelectors,
  ...quantities,
  ...warnings,
  ...images,
  ...patches,
  ...customObjects,
  ...pods,
  ...reads,
  ...proxied,
]
