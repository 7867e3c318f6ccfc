import * as tf from '@tensorflow/tfjs-core';
import { clipByGlobalNorm } from 'gradient-health';
import { type Lesson, orderLesson, SYMBOLS } from './tasks.js';
import { type Course, train } from './train.js';

const TIME = 50;
const SAMPLES = 20;
const LEARNING_RATE = 0.1;
const LIMIT = 3000;

/** The temporal order problem, solved as its authors have it: less than 1 % of 10000 sequences wrong (arXiv 1211.5063). */
export async function orderOfSymbols(): Promise<void> {
  console.log(
    `3. The order of two symbols in ${TIME}: SimpleRNN of 50 units, batches of ${SAMPLES}, SGD at ${LEARNING_RATE}; solved where less than 1 % of 10000 new sequences are wrong\n`,
  );
  const exam = orderLesson(10_000, TIME, 0);
  const lines: string[] = [];
  for (const clip of [undefined, clipByGlobalNorm(1)]) {
    const name = clip?.name ?? 'without clipping';
    const { model, solved, steps, largestNorm } = await train(
      `order ${TIME}, ${name}`,
      {
        kind: 'SimpleRNN',
        units: 50,
        time: TIME,
        inputs: SYMBOLS,
        classes: 4,
        optimizer: () => tf.train.sgd(LEARNING_RATE),
        ...(clip && { clip }),
        seed: 1,
      },
      {
        limit: LIMIT,
        lesson: (step) => orderLesson(SAMPLES, TIME, 1 + step),
        isSolved: (loss, model) => loss < 0.1 && shareWrong(model, exam) < 0.01,
      },
    );
    const end = `${solved ? 'solved after' : 'not solved in'} ${steps} steps`;
    const wrong = `${(100 * shareWrong(model, exam)).toFixed(2)} % wrong`;
    lines.push(
      `  ${name.padEnd(20)} ${end}, ${wrong}; largest gradient norm ${largestNorm.toExponential(1)}`,
    );
    model.dispose();
  }
  tf.dispose([exam.x, exam.y]);
  console.log(`\n${lines.join('\n')}\n`);
}

function shareWrong(model: Course['model'], { x, y }: Lesson): number {
  return tf.tidy(() => {
    const answers = tf.argMax(model.predict(x, { batchSize: 500 }) as tf.Tensor, 1);
    const right = tf.mean(tf.cast(tf.equal(answers, tf.argMax(y, 1)), 'float32'));
    return 1 - (right.dataSync()[0] ?? Number.NaN);
  });
}
