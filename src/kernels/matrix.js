/** How many floats a packed B [inner, columns] takes. */
export function packedLength(inner, columns) {
    return inner * Math.ceil(columns / 8) * 8;
}
