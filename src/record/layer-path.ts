/**
 * Path of the layer that a record key belongs to: the key without the weight's name, and without further segments where
 * that names a known layer, as for the cells of a stacked recurrent layer. A key of one segment is its own path.
 */
export function layerPath(key: string, isLayer: (path: string) => boolean): string {
  for (let end = key.lastIndexOf('/'); end > 0; end = key.lastIndexOf('/', end - 1)) {
    if (isLayer(key.slice(0, end))) return key.slice(0, end);
  }
  const end = key.lastIndexOf('/');
  return end > 0 ? key.slice(0, end) : key;
}
