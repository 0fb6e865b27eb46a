/* The program a person starts: Python with Cloister in it, and nothing else.
 *
 * Job: find the tree this file lies in, set Python up in isolation and run one module. Rule: no variable of the
 * environment, no user's folder and no current folder says where code comes from; -c and -m mean nothing here,
 * so that this file cannot be used to run another program.
 *
 * The standard library is the system's, unless the tree brings its own (the portable archive does).
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME "{{ cookiecutter.app_name }}"
#define MODULE "{{ cookiecutter.module_name }}"
#define LIBRARY "python{{ cookiecutter.python_version|py_tag }}"
/* The longest of the paths made below, and its end. */
#define ROOM (PATH_MAX + 128)

static char executable[PATH_MAX];
static char root[PATH_MAX];

/* Put the tree's folder into root: two above this file's own, links followed. */
static int find_root(void) {
    char *slash;
    int steps;

    if (realpath("/proc/self/exe", executable) == NULL) {
        return -1;
    }
    memcpy(root, executable, sizeof root);
    for (steps = 0; steps < 2; steps++) {
        slash = strrchr(root, '/');
        if (slash == NULL) {
            return -1;
        }
        *slash = '\0';
    }
    return 0;
}

/* Add a folder to the places modules are imported from. */
static PyStatus search(PyConfig *config, const char *where, const char *below) {
    char path[ROOM];
    wchar_t *wide;
    PyStatus status;

    snprintf(path, sizeof path, "%s/%s", where, below);
    wide = Py_DecodeLocale(path, NULL);
    if (wide == NULL) {
        return PyStatus_NoMemory();
    }
    status = PyWideStringList_Append(&config->module_search_paths, wide);
    PyMem_RawFree(wide);
    return status;
}

static PyStatus set_up(PyConfig *config, int argc, char **argv) {
    char own[ROOM];
    const char *system = "/usr";
    PyStatus status;

    snprintf(own, sizeof own, "%s/lib/%s/%s", root, NAME, "lib/" LIBRARY);
    if (access(own, X_OK) == 0) {
        snprintf(own, sizeof own, "%s/lib/%s", root, NAME);
        system = own;
    }
    config->site_import = 0;
    config->user_site_directory = 0;
    config->write_bytecode = 0;
    config->parse_argv = 0;
    config->install_signal_handlers = 1;
    config->module_search_paths_set = 1;
#define TRY(call) \
    do { \
        status = (call); \
        if (PyStatus_Exception(status)) { \
            return status; \
        } \
    } while (0)
    TRY(PyConfig_SetBytesString(config, &config->executable, executable));
    TRY(PyConfig_SetBytesString(config, &config->base_executable, executable));
    TRY(PyConfig_SetBytesString(config, &config->program_name, executable));
    TRY(PyConfig_SetBytesString(config, &config->prefix, system));
    TRY(PyConfig_SetBytesString(config, &config->base_prefix, system));
    TRY(PyConfig_SetBytesString(config, &config->exec_prefix, system));
    TRY(PyConfig_SetBytesString(config, &config->base_exec_prefix, system));
    TRY(PyConfig_SetBytesString(config, &config->run_module, MODULE));
    TRY(PyConfig_SetBytesArgv(config, argc, argv));
    TRY(search(config, system, "lib/" LIBRARY));
    TRY(search(config, system, "lib/" LIBRARY "/lib-dynload"));
    TRY(search(config, root, "lib/" NAME "/app"));
    TRY(search(config, root, "lib/" NAME "/app_packages"));
#undef TRY
    return Py_InitializeFromConfig(config);
}

int main(int argc, char **argv) {
    PyPreConfig before;
    PyConfig config;
    PyStatus status;

    if (find_root() != 0) {
        fputs(NAME ": this program cannot find the folder it lies in; nothing was changed. "
              "Install it again, in a folder with a shorter path.\n", stderr);
        return 1;
    }
    PyPreConfig_InitIsolatedConfig(&before);
    before.utf8_mode = 1;
    before.configure_locale = 1;
    status = Py_PreInitialize(&before);
    if (PyStatus_Exception(status)) {
        Py_ExitStatusException(status);
    }
    PyConfig_InitIsolatedConfig(&config);
    status = set_up(&config, argc, argv);
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status)) {
        Py_ExitStatusException(status);
    }
    return Py_RunMain();
}
