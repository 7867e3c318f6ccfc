let refused = false;
/**
 * Makes every kernel give way to its twin, or lets it work again: for tests and benches of what happens where a host
 * refuses WebAssembly.
 */
export function refuseKernels(refuse) {
    refused = refuse;
}
/** Whether {@link refuseKernels} is in force. */
export function kernelsRefused() {
    return refused;
}
/**
 * Compiles and instantiates a module without imports; `null` where the host has no WebAssembly, has none with SIMD, or
 * refuses it, as a strict content security policy does.
 *
 * @param base64 - The module.
 */
export function instantiate(base64) {
    try {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
    }
    catch {
        return null;
    }
}
