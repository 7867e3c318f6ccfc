import { serialization } from '@tensorflow/tfjs-core';
import { initializers } from '@tensorflow/tfjs-layers';
import type { Initializer } from './initializer.js';

/** What tfjs has no class for: how it is named in a saved model, and how it is made from it. */
export interface OwnClass {
  readonly className: string;
  /** @param config - The options as saved; an option that was left out is missing. */
  create(config: object): serialization.Serializable;
}

/**
 * Makes tfjs able to read a class, once. Ours are registered when first used, since tfjs reads back what it just wrote
 * where it clones a layer (`bidirectional`).
 */
export function registerOwnClass({ className, create }: OwnClass): void {
  if (className in serialization.SerializationMap.getMap().classNameMap) return;
  replaceClass({ className, create });
}

/** Makes tfjs read a class this way from now on, whoever registered it before. */
export function replaceClass({ className, create }: OwnClass): void {
  // tfjs asks for a constructor, but makes instances by `fromConfig` only.
  class Serializable {
    getClassName(): string {
      return className;
    }
    getConfig(): serialization.ConfigDict {
      return {};
    }
  }
  serialization.SerializationMap.register(
    Object.assign(Serializable, {
      className,
      fromConfig: (_: unknown, config: serialization.ConfigDict) => create(withoutNulls(config)),
    }),
  );
}

/** A part of a saved object that is an object itself, such as the layer in a wrapper. */
export interface SavedObject {
  readonly className: string;
  readonly config: serialization.ConfigDict;
}

/** Makes the object again, if its class is known; tfjs keeps its own reader to itself, the map that it reads is public. */
export function readSaved({ className, config }: SavedObject): serialization.Serializable | undefined {
  const { classNameMap } = serialization.SerializationMap.getMap();
  // A file may name any class, also one that every object inherits.
  const known = Object.hasOwn(classNameMap, className) ? classNameMap[className] : undefined;
  const [savedClass, fromConfig] = known ?? [];
  return savedClass && fromConfig?.(savedClass, { ...config });
}

/** An initialiser of an own class, still to be filled; options that are `undefined` are saved as `null`, as tfjs does. */
export function ownInitializer(
  own: OwnClass,
  options: Readonly<Record<string, serialization.ConfigDictValue | undefined>>,
): Initializer {
  registerOwnClass(own);
  const initializer: Initializer = initializers.zeros();
  initializer.getClassName = () => own.className;
  // A new object each time: tfjs writes into what it reads.
  initializer.getConfig = () =>
    Object.fromEntries(Object.entries(options).map(([key, value]) => [key, value ?? null]));
  return initializer;
}

/** With symbols, by which a clone knows its original. */
function withoutNulls(config: serialization.ConfigDict): object {
  const kept = { ...config };
  for (const [key, value] of Object.entries(config)) if (value === null) delete kept[key];
  return kept;
}
