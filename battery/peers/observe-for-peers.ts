import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { watch } from '../../src/index.js';
import type { Rows } from '../data/rows.js';
import { accuracyOf } from '../goal.js';
import { clipOption, type Observe } from '../observe.js';
import { tensorsOf } from '../tensors.js';
import type { Alarm, EpochRecord, Evidence, Peer, Probe } from './evidence.js';
import { createProber } from './probe.js';

/** Steps between probes: the period of TheDeepChecker, the most frequent of the published rules. */
const PERIOD = 10;

/**
 * Observes for the published rules: every step, with histograms, the accuracy after each epoch, and weights and outputs of
 * all layers at the first step, every tenth, and at the end of each epoch.
 *
 * @param heard - Called with what each peer says, in its order of detection.
 */
export function observeForPeers(
  peers: readonly Peer[],
  heard: (alarms: ReadonlyMap<string, readonly Alarm[]>) => void,
): Observe {
  return (model, { clip, training, heldOut, stepsPerEpoch, epochs: totalEpochs }) => {
    const monitor = watch(model, {
      quiet: true,
      rules: [],
      histograms: 1,
      activations: false,
      history: 1e6,
      ...clipOption(clip),
    });
    const prober = createProber(model);
    const probes: Probe[] = [];
    const epochs: EpochRecord[] = [];
    return {
      async afterStep(step, { x }) {
        const endsEpoch = (step + 1) % stepsPerEpoch === 0;
        if (step % PERIOD === 0 || endsEpoch) probes.push(await prober.probe(step, x));
        if (!endsEpoch) return;
        await monitor.flush();
        const losses = monitor.records.slice(-stepsPerEpoch).map(({ loss }) => loss ?? Number.NaN);
        epochs.push({
          lastStep: step,
          meanLoss: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
          accuracy: await accuracy(model, training),
          heldOutAccuracy: heldOut && (await accuracy(model, heldOut)),
        });
      },
      async finish() {
        await monitor.flush();
        const evidence: Evidence = {
          run: monitor.run,
          epochs,
          totalEpochs,
          stepsPerEpoch,
          probes,
          labels: rangeOf(training.y),
          inputs: rangeOf(training.x),
        };
        await monitor.stop();
        heard(new Map(peers.map((peer) => [peer.name, inOrder(peer.check(evidence))])));
        return [];
      },
    };
  };
}

const inOrder = (alarms: readonly Alarm[]): Alarm[] => [...alarms].sort((a, b) => a.firstStep - b.firstStep);

function rangeOf(values: Float32Array): { readonly min: number; readonly max: number } {
  return {
    min: values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    max: values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  };
}

/** `null` where the loss is not one of classes. */
async function accuracy(model: LayersModel, rows: Rows): Promise<number | null> {
  if (!/crossentropy/i.test(String(model.loss))) return null;
  const { x, y } = tensorsOf(rows);
  const output = model.predict(x, { batchSize: 256 }) as Tensor;
  const value = accuracyOf(y, output);
  const [share] = await value.data();
  dispose([x, y, output, value]);
  return share!;
}
