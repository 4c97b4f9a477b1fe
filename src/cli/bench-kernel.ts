/** One linear layer on one thread, for `iobert bench`. */
import { type LayerShape, makeSampleLayer } from '../kernels/sample-layer.ts'
import { tuneTiles } from '../kernels/tuning.ts'

/** @returns billions of multiplications and additions a second, the median */
export async function kernelRate(shape: LayerShape & { readonly seconds: number }): Promise<number> {
  const { rows, inputs, outputs, seconds } = shape
  const { kernels, layer, x, out } = await makeSampleLayer(shape)
  tuneTiles(kernels, layer, x, out)

  const times: number[] = []
  const end = performance.now() + 1000 * seconds
  do {
    const started = performance.now()
    kernels.linear(x, layer, out, 'identity')
    times.push(performance.now() - started)
  } while (performance.now() < end)
  times.sort((a, b) => a - b)
  return (2 * rows * inputs * outputs) / times[times.length >> 1]! / 1e6
}
