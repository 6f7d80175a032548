import { MAX_NODE_SCORE, type PluginFactory } from '../../framework.ts'

const MB = 1024 * 1024
const MIN = 23 * MB
const MAX_AN_IMAGE = 1000 * MB

/** As runtimes name it: with a tag. */
const normalized = (image: string): string => (image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image)

/** Prefers nodes that have the pod's images, the more the larger they are; an image that few nodes have counts less, so that not all go there. */
export const imageLocality: PluginFactory = ({ cache }) => ({
  name: 'ImageLocality',
  score({ pod }, node) {
    const { initContainers = [], containers = [], volumes = [] } = pod.spec ?? {}
    const images = [...initContainers, ...containers].map((c) => c.image ?? '')
    for (const { image } of volumes) if (image !== undefined) images.push(image.reference ?? '')
    if (images.length === 0) return 0
    let sum = 0
    for (const image of images) {
      const name = normalized(image)
      const size = node.images.get(name)
      if (size !== undefined) sum += Math.trunc(size * (cache.nodesWithImage(name) / cache.nodes.length))
    }
    const max = MAX_AN_IMAGE * images.length
    return Math.trunc((MAX_NODE_SCORE * (Math.min(Math.max(sum, MIN), max) - MIN)) / (max - MIN))
  },
})
