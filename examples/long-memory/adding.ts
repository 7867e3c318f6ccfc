import * as tf from '@tensorflow/tfjs-core';
import { clipByGlobalNorm } from 'gradient-health';
import { addingLesson } from './tasks.js';
import { type Course, type Plan, train } from './train.js';

/** Trains 32 units by Adam to add two marked numbers, until the mean of the last 50 losses is below 0.01. */
export async function add(
  label: string,
  plan: Pick<Plan, 'kind' | 'time' | 'chrono' | 'seed'>,
  { learningRate, limit }: { readonly learningRate: number; readonly limit: number },
): Promise<Course> {
  const course = await train(
    label,
    {
      ...plan,
      units: 32,
      inputs: 2,
      optimizer: () => tf.train.adam(learningRate),
      clip: clipByGlobalNorm(1),
    },
    {
      limit,
      lesson: (step) => addingLesson(32, plan.time, 100_000 * plan.seed + step),
      isSolved: (loss) => loss < 0.01,
    },
  );
  course.model.dispose();
  return course;
}
