import type { Pod } from '../../../client/objects.ts'
import { MAX_NODE_SCORE, stateKey, type PluginFactory } from '../../framework.ts'

const MB = 1024 * 1024
const MIN = 23 * MB
const MAX_AN_IMAGE = 1000 * MB

const imagesKey = stateKey<readonly string[]>('ImageLocality')

/** As runtimes name it: with a tag. */
const normalized = (image: string): string => (image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image)

function imagesOf({ spec }: Pod): string[] {
  const { initContainers = [], containers = [], volumes = [] } = spec ?? {}
  const images = [...initContainers, ...containers].map((c) => c.image ?? '')
  for (const { image } of volumes) if (image !== undefined) images.push(image.reference ?? '')
  return images.map(normalized)
}

/** Prefers nodes that have the pod's images, the more the larger they are; an image that few nodes have counts less, so that not all go there. */
export const imageLocality: PluginFactory = ({ cache }) => ({
  name: 'ImageLocality',
  // How many nodes have an image counts for all of them.
  sign: ({ pod }) => JSON.stringify([cache.nodeImages, cache.nodes.length, imagesOf(pod)]),
  score({ pod }, node, state) {
    if (node.images.size === 0) return 0
    let images = state.read(imagesKey)
    if (images === undefined) state.write(imagesKey, (images = imagesOf(pod)))
    if (images.length === 0) return 0
    let sum = 0
    for (const name of images) {
      const size = node.images.get(name)
      if (size !== undefined) sum += Math.trunc(size * (cache.nodesWithImage(name) / cache.nodes.length))
    }
    const max = MAX_AN_IMAGE * images.length
    return Math.trunc((MAX_NODE_SCORE * (Math.min(Math.max(sum, MIN), max) - MIN)) / (max - MIN))
  },
})
