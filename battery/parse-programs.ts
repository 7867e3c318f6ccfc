import { kinds, spoilFields } from './data/kinds.js';
import {
  type Check,
  checkFields,
  count,
  type Fields,
  flag,
  isObject,
  number,
  object,
  oneOf,
  optional,
  text,
  texts,
} from './fields.js';
import { goalMetrics } from './goal.js';
import { checkLayer } from './model.js';
import { clips } from './observe.js';
import { checkOptimizer } from './optimizer.js';
import type { ClipDescription, Goal, Program } from './program.js';

const parts: Check = {
  expects: 'a list of layers that is not empty',
  holds: (value) => Array.isArray(value) && value.length > 0,
};

const programFields: Fields<Program> = {
  id: text,
  source: optional(text),
  comment: optional(text),
  data: object,
  layers: optional(parts),
  model: optional(object),
  optimizer: object,
  loss: text,
  metrics: optional(texts),
  batchSize: count,
  epochs: count,
  maxSteps: optional(count),
  faulty: flag,
  causes: optional(texts),
  clip: optional(object),
  goal: optional(object),
};
const clipFields: Fields<ClipDescription> = { name: oneOf(...Object.keys(clips)), limit: number };
const goalFields: Fields<Goal> = {
  metric: oneOf(...goalMetrics),
  min: optional(number),
  max: optional(number),
};

/**
 * Reads the programs of a battery file.
 *
 * @throws RangeError naming the program and the field, for anything unknown, missing, wrong or said twice.
 */
export function parsePrograms(json: string): Program[] {
  const values: unknown = JSON.parse(json);
  if (!Array.isArray(values)) throw new RangeError('a battery file must hold a list of programs');
  const programs = values.map(parseProgram);
  const ids = programs.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new RangeError(`program ${twice}: there are two programs of this id`);
  return programs;
}

function parseProgram(value: unknown, index: number): Program {
  const named = isObject(value) && typeof value['id'] === 'string';
  const where = named ? `program ${value['id']}` : `program ${index + 1} of the file`;
  checkFields(value, programFields, where);
  const program = value as unknown as Program;
  if ((program.layers === undefined) === (program.model === undefined)) {
    throw new RangeError(`${where}: it must have either layers or model`);
  }
  checkData(program.data, `${where}: data`);
  program.layers?.forEach((layer, i) => {
    checkLayer(layer, `${where}: layer ${i}`);
  });
  checkOptimizer(program.optimizer, `${where}: optimizer`);
  if (program.clip) checkFields(program.clip, clipFields, `${where}: clip`);
  if (program.goal) checkGoal(program.goal, `${where}: goal`);
  return program;
}

function checkData(data: unknown, where: string): void {
  const { kind } = data as { readonly kind?: unknown };
  const named = oneOf(...Object.keys(kinds));
  if (!named.holds(kind))
    throw new RangeError(`${where}: kind must be ${named.expects}, got ${JSON.stringify(kind)}`);
  checkFields(data, { kind: named, ...kinds[kind as string]!.fields, ...spoilFields }, `${where} (${kind})`);
}

function checkGoal(goal: Goal, where: string): void {
  checkFields(goal, goalFields, where);
  if ((goal.min === undefined) === (goal.max === undefined)) {
    throw new RangeError(`${where}: it must have either min or max`);
  }
}
