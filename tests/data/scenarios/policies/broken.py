def broken(view):
    return (
